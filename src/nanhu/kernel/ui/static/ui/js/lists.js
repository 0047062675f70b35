// The list of a desk. A row opens beside the list where there is room for it; chosen rows are counted; x chooses the row where one is.
const isWide = matchMedia("(min-width: 75em)");
const panel = () => document.getElementById("panel");
let opener = null;

function closePanel() {
  if (panel().hidden) return false;
  panel().hidden = true;
  panel().replaceChildren();
  opener?.closest("tr")?.removeAttribute("data-here");
  opener?.focus();
  return true;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-closes-panel]")) return closePanel();
  const link = event.target.closest("a[data-panel]");
  if (!link || !panel() || !isWide.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  for (const row of document.querySelectorAll("tr[data-here]")) row.removeAttribute("data-here");
  link.closest("tr").setAttribute("data-here", "");
  opener = link;
  window.htmx.trigger(link, "panel");
});

// "?sort=…" and a form that names no address mean the page that was opened, not the list beside which it stands.
function giveAddress(path) {
  for (const one of panel().querySelectorAll("form:not([action])")) one.setAttribute("action", path);
  for (const name of ["href", "action", "hx-get", "hx-post"]) {
    for (const one of panel().querySelectorAll(`[${name}^="?"]`)) one.setAttribute(name, path.split("?")[0] + one.getAttribute(name));
  }
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (!panel() || event.target !== panel()) return;
  giveAddress(event.detail.pathInfo.responsePath || event.detail.pathInfo.requestPath);
  panel().hidden = false;
  panel().focus({ preventScroll: true });
});
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.target === panel()) location.assign(event.detail.pathInfo.requestPath);
});

const boxes = () => [...document.querySelectorAll(".pick [name=chosen]")];
function count() {
  const chosen = boxes().filter((box) => box.checked).length;
  for (const place of document.querySelectorAll("[data-picked]")) place.textContent = String(chosen);
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-picks-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.closest(".pick")) count();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  if (event.key === "Escape" && panel() && closePanel()) event.preventDefault();
  if (event.key !== "x") return;
  const box = document.querySelector("tr[data-here] [name=chosen]");
  if (box) { box.checked = !box.checked; count(); }
});
count();
