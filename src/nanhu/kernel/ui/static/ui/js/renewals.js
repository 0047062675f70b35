// A part of the page that renews itself keeps the focus where it was, and the row that j and k have come to. htmx does so for what has an
// id; the rest is known by where it leads.
const REACHED = "a[href], button, input, select, textarea, summary, [tabindex]";
const sameAs = (one) => [one.localName, one.id, one.name, one.getAttribute("href"), one.getAttribute("formaction"), one.form?.getAttribute("action")].join("|");
const alike = (part, name) => [...part.querySelectorAll(REACHED)].filter((one) => sameAs(one) === name);
const leadsTo = (row) => row?.querySelector("a[href]")?.getAttribute("href");
let kept = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target, held = document.activeElement, row = part?.querySelector("[data-here]");
  const isWithin = part !== held && part?.contains(held);
  kept = null;
  if (!part?.id || !(isWithin || row)) return;
  const name = isWithin && held !== row ? sameAs(held) : null;
  kept = { id: part.id, name, place: name ? alike(part, name).indexOf(held) : -1, row: leadsTo(row), isOnRow: held === row };
});
document.addEventListener("htmx:afterSwap", () => {
  const part = kept && document.getElementById(kept.id);
  if (!part) return;
  const { name, place, row, isOnRow } = kept;
  kept = null;
  const here = row && [...part.querySelectorAll("tr, li")].find((one) => leadsTo(one) === row);
  if (here) {
    here.setAttribute("data-here", "");
    here.tabIndex = -1;
  }
  if (document.activeElement !== document.body) return;
  const found = name ? alike(part, name) : [];
  (isOnRow ? here : (found[place] ?? found[0]))?.focus({ preventScroll: true });
});
