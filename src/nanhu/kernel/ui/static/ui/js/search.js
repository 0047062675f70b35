// What the search in the bar finds while one types: down goes into it, Enter opens the first of what was typed, Escape closes it.
const box = document.getElementById("found"), field = document.getElementById("search");
let answered = "";

const links = () => [...box.querySelectorAll("a")];
const close = () => (box.replaceChildren(), (answered = ""));

if (box && field) {
  // an answer to what is no more in the field, or that comes after Escape, is not shown
  box.addEventListener("htmx:beforeSwap", (event) => {
    const asked = new URLSearchParams(event.detail.pathInfo.finalRequestPath.split("?")[1]).get("q");
    if (asked !== field.value || !field.form.contains(document.activeElement)) event.detail.shouldSwap = false;
    else answered = asked;
  });
  field.form.addEventListener("submit", (event) => {
    const first = links()[0];
    if (!first || answered !== field.value) return;
    event.preventDefault();
    first.click();
  });
  field.form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      field.focus();
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const all = links(), next = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (!all.length) return;
    event.preventDefault();
    (all[next] ?? field).focus();
  });
  field.form.addEventListener("focusout", (event) => event.relatedTarget && !field.form.contains(event.relatedTarget) && close());
  document.addEventListener("click", (event) => field.form.contains(event.target) || close());
}
