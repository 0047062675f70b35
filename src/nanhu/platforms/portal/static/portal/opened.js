// Tells the portal which application was opened, for "recently used"; the link itself goes straight there.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-opened]");
  if (!link) return;
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  fetch(link.dataset.opened, { method: "POST", keepalive: true, headers }).catch(() => {});
});
