// Where an access point hangs: a press on the map, or the arrows while the map has the focus, with Shift in larger steps. What is set stands
// in the two fields for degrees, which can be typed as well.
import { DIGITS, STEPS, maps } from "./map.js";

const fields = ["longitude", "latitude"].map((name) => document.querySelector(`[name=${name}]`));
const STEP = 4, LEAP = 40;

function spotOn(map) {
  if (fields.some((one) => one.value === "")) return null;
  const spot = map.at(fields.map((one) => Number(one.value)));
  return map.holds(spot) ? spot : null;
}

function draw() {
  for (const map of maps) {
    const mark = map.svg.querySelector("[data-mark]"), spot = spotOn(map);
    mark.setAttribute("visibility", spot ? "visible" : "hidden");
    if (spot) mark.setAttribute("transform", `translate(${spot[0]} ${spot[1]})`);
  }
}

function put(map, x, y) {
  map.degrees(x, y).forEach((degrees, number) => {
    fields[number].value = degrees.toFixed(DIGITS);
  });
  draw();
}

for (const map of maps) {
  map.svg.addEventListener("click", (event) => put(map, ...map.pressed(event)));
  map.svg.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    const [x, y] = spotOn(map) ?? map.middle, by = event.shiftKey ? LEAP : STEP, [across, down] = STEPS[event.key];
    put(map, x + across * by, y + down * by);
  });
}
for (const one of fields) one.addEventListener("input", draw);
draw();
