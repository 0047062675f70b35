// <details data-menu>: Escape, a click elsewhere and keys that go on from it close it: open, it would lie over what they come to.
function closeBeside(target) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(target)) menu.open = false;
}
document.addEventListener("click", (event) => closeBeside(event.target));
document.addEventListener("focusin", (event) => {
  closeBeside(event.target);
  // A strip of tabs or views goes on sideways: what shows a few dots of itself counts as seen to a browser, and stays under the edge.
  event.target.closest(".section-nav li, .views > a")?.scrollIntoView({ block: "nearest", inline: "nearest" });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
