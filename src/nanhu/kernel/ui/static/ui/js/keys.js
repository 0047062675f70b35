// "/" searches, "?" shows the keys, j and k walk a table with data-rows, Enter opens the row's first link.
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

const rowsOf = () => [...(document.querySelector("table[data-rows] tbody")?.rows ?? [])];

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
    const search = [...document.querySelectorAll("[data-search], #search")].find((field) => field.offsetParent);
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "?") document.getElementById("keys")?.showModal();
  else if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "Enter" && event.target.matches("tr[data-here]")) event.target.querySelector("a, button")?.click();
});
