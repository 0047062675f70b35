// <input data-yuan>: the sum as it was understood, under the field, while it is typed.
import { fenOf, formatYuan } from "./money.js";

function echo(field) {
  const said = document.getElementById(`${field.id}_echo`), fen = fenOf(field.value);
  if (!said) return;
  said.classList.toggle("field-echo-wrong", field.value.trim() !== "" && fen === null);
  said.textContent = field.value.trim() === "" ? "" : fen === null ? said.dataset.refused : formatYuan(fen);
}

for (const field of document.querySelectorAll("[data-yuan]")) echo(field);
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    if (event.target.matches("[data-yuan]")) echo(event.target);
  });
}
