// A part of the page that renews itself keeps the focus where it was. htmx does so for what has an id; the rest is known by where it leads.
const REACHED = "a[href], button, input, select, textarea, summary, [tabindex]";
const sameAs = (one) => [one.localName, one.id, one.name, one.getAttribute("href"), one.getAttribute("formaction"), one.form?.getAttribute("action")].join("|");
const alike = (part, name) => [...part.querySelectorAll(REACHED)].filter((one) => sameAs(one) === name);
let kept = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target, held = document.activeElement;
  kept = null;
  if (!part?.id || part === held || !part.contains(held)) return;
  const name = sameAs(held);
  kept = { id: part.id, name, place: alike(part, name).indexOf(held) };
});
document.addEventListener("htmx:afterSwap", () => {
  const part = kept && document.getElementById(kept.id);
  if (!part || document.activeElement !== document.body) return;
  const found = alike(part, kept.name);
  (found[kept.place] ?? found[0])?.focus({ preventScroll: true });
  kept = null;
});
