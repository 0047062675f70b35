// What the bell was told stands in the bar of a phone, too, at what waits, and on the icon of the installed app.
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (!target.matches(".bell-number")) return;
  for (const one of target.querySelectorAll("template[data-waits-at]"))
    document.querySelector(`.bottom-item[href="${one.dataset.waitsAt}"] .bottom-icon`)?.append(one.content.cloneNode(true));
  navigator.setAppBadge?.(Number(target.querySelector("[data-unread]")?.dataset.unread ?? 0)).catch(() => {});
});
if (document.querySelector("[data-takes-pushes-off]")) navigator.clearAppBadge?.().catch(() => {});
