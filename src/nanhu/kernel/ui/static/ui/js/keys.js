// "/" goes to the page's own search, or the one above; "?" shows the keys; j and k walk every list with data-rows on the
// page, table or not, one after the other; Enter opens the row's first link.
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

const rowsOf = () =>
  [...document.querySelectorAll("table[data-rows] > tbody > tr, [data-rows]:not(table) > li")].filter((row) => row.getClientRects().length);

const walk = (step) => {
  const rows = rowsOf();
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.hasAttribute("data-here"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))] ?? rows[0];
  rows[at]?.removeAttribute("data-here");
  next.setAttribute("data-here", "");
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    const search = [...document.querySelectorAll("main [type=search], #search")].find((field) => field.getClientRects().length);
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "?") document.getElementById("keys")?.showModal();
  else if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "Enter" && event.target.matches("[data-here]")) event.target.querySelector("a, button")?.click();
});
