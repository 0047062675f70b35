// A grid of slots is one stop of Tab: arrows go on to the next slot that leads somewhere. Without this script each of a hundred is a stop.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function enter(grid, link) {
  for (const one of grid.querySelectorAll("td a")) one.tabIndex = one === link ? 0 : -1;
}

function prepare() {
  for (const grid of document.querySelectorAll(".slots:not([role])")) {
    grid.setAttribute("role", "grid");
    enter(grid, grid.querySelector("td a"));
  }
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches(".slots td a")) enter(event.target.closest(".slots"), event.target);
});
document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || !event.target.matches(".slots td a")) return;
  event.preventDefault();
  const grid = event.target.closest(".slots"), { cellIndex, parentElement } = event.target.closest("td");
  const rows = [...grid.tBodies[0].rows];
  let row = rows.indexOf(parentElement), column = cellIndex, cell;
  do {
    [row, column] = [row + step[0], column + step[1]];
    cell = rows[row]?.cells[column];
  } while (cell && !cell.querySelector("a"));
  cell?.querySelector("a").focus();
});
document.addEventListener("htmx:load", prepare);
prepare();
