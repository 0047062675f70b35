// <div data-grow data-most="20"> with a table, a <template> of its row and a button [data-add-row]: one more row, up to so many.
const counted = (place) => place.querySelectorAll("tbody tr").length;

for (const place of document.querySelectorAll("[data-grow]")) {
  place.querySelector("[data-add-row]").hidden = counted(place) >= Number(place.dataset.most);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row]");
  if (!button) return;
  const place = button.closest("[data-grow]");
  const body = place.querySelector("tbody");
  const row = place.querySelector("template").content.cloneNode(true).firstElementChild;
  const number = counted(place);
  for (const control of row.querySelectorAll("[name]")) {
    control.name = control.name.replace("__row__", number);
    control.id = control.id.replace("__row__", number);
  }
  body.append(row);
  row.querySelector("input").focus();
  button.hidden = counted(place) >= Number(place.dataset.most);
});
