// The maps of a page on which a place is shown by hand: where a press is, and degrees and units of the drawing, as the page says how they lie
// (`Scale` of the room's rules). Each takes the focus, for the keys.
export const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
export const DIGITS = 6;

function mapOf(svg) {
  const [west, north, across, up, margin] = svg.dataset.scale.split(" ").map(Number), box = svg.viewBox.baseVal;
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("role", "application");
  return {
    svg,
    middle: [box.width / 2, box.height / 2],
    at: ([east, high]) => [margin + (east - west) * across, margin + (north - high) * up],
    degrees: (x, y) => {
      const [right, low] = [Math.min(Math.max(x, 0), box.width), Math.min(Math.max(y, 0), box.height)];
      return [west + (right - margin) / across, north - (low - margin) / up];
    },
    holds: ([x, y]) => x >= 0 && y >= 0 && x <= box.width && y <= box.height,
    pressed: (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      return [point.x, point.y];
    },
  };
}

export const maps = [...document.querySelectorAll("svg[data-scale]")].map(mapOf);
for (const one of document.querySelectorAll("[data-hint]")) one.hidden = false;
