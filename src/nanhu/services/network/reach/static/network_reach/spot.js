// Where an access point hangs: a press on the map, or the arrows while the map has the focus, with Shift in larger steps. What is set stands
// in the two fields for degrees, which can be typed as well.
const fields = ["longitude", "latitude"].map((name) => document.querySelector(`[name=${name}]`));
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 4, LEAP = 40, DIGITS = 6;

// Degrees and units of the drawing, as the page says how they lie: `Scale` of the room's rules.
function mapOf(svg) {
  const [west, north, across, up, margin] = svg.dataset.scale.split(" ").map(Number), box = svg.viewBox.baseVal;
  return {
    svg,
    middle: [box.width / 2, box.height / 2],
    spot: () => {
      if (fields.some((one) => one.value === "")) return null;
      const [east, high] = fields.map((one) => Number(one.value));
      const x = margin + (east - west) * across, y = margin + (north - high) * up;
      return x >= 0 && y >= 0 && x <= box.width && y <= box.height ? [x, y] : null;
    },
    put: (x, y) => {
      const [right, low] = [Math.min(Math.max(x, 0), box.width), Math.min(Math.max(y, 0), box.height)];
      fields[0].value = (west + (right - margin) / across).toFixed(DIGITS);
      fields[1].value = (north - (low - margin) / up).toFixed(DIGITS);
    },
  };
}

const maps = [...document.querySelectorAll("svg[data-scale]")].map(mapOf);

function draw() {
  for (const map of maps) {
    const mark = map.svg.querySelector("[data-mark]"), spot = map.spot();
    mark.setAttribute("visibility", spot ? "visible" : "hidden");
    if (spot) mark.setAttribute("transform", `translate(${spot[0]} ${spot[1]})`);
  }
}

function put(map, x, y) {
  map.put(x, y);
  draw();
}

for (const map of maps) {
  map.svg.setAttribute("tabindex", "0");
  map.svg.setAttribute("role", "application");
  map.svg.addEventListener("click", (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.svg.getScreenCTM().inverse());
    put(map, point.x, point.y);
  });
  map.svg.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    const [x, y] = map.spot() ?? map.middle, by = event.shiftKey ? LEAP : STEP, [across, down] = STEPS[event.key];
    put(map, x + across * by, y + down * by);
  });
}
for (const one of document.querySelectorAll("[data-hint]")) one.hidden = false;
for (const one of fields) one.addEventListener("input", draw);
draw();
