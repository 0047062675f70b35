// The outline of a building: a press on the map adds a corner, a corner is dragged; or by keys while the map has the focus. What is drawn
// stands in the field for corners, which can be typed as well.
import { DIGITS, STEPS, maps } from "./map.js";

const field = document.querySelector("[name=corners]"), said = document.querySelector("[data-said]");
const STEP = 2, LEAP = 20, SIDE = 60, NEAR = 14, RADIUS = 7, SVG = "http://www.w3.org/2000/svg";
const CORNER = /^\s*(-?\d+(?:\.\d+)?)[\s,，]+(-?\d+(?:\.\d+)?)\s*$/;
let picked = 0;

function read() {
  const corners = field.value.split(/[\n;；]+/).map((line) => CORNER.exec(line)).filter(Boolean).map((one) => [Number(one[1]), Number(one[2])]);
  const [first, last] = [corners[0], corners.at(-1)];
  if (corners.length > 1 && first[0] === last[0] && first[1] === last[1]) corners.pop();
  return corners;
}

function write(corners) {
  field.value = corners.map((one) => one.map((degrees) => degrees.toFixed(DIGITS)).join(", ")).join("\n");
  draw();
}

function made(name, attributes) {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  return one;
}

function draw() {
  const corners = read();
  picked = Math.min(picked, Math.max(corners.length - 1, 0));
  for (const map of maps) {
    const spots = corners.map(map.at), shape = map.svg.querySelector("[data-shape]");
    shape.replaceChildren();
    if (!spots.some(map.holds)) continue;
    shape.append(made("polygon", { points: spots.map((one) => one.join(",")).join(" ") }));
    spots.forEach(([x, y], number) => {
      shape.append(made("circle", { cx: x, cy: y, r: RADIUS, class: number === picked ? "is-picked" : "" }));
    });
  }
  const words = { "{n}": picked + 1, "{all}": corners.length };
  said.textContent = corners.length ? said.dataset.words.replace(/\{n\}|\{all\}/g, (one) => words[one]) : "";
}

function far([ax, ay], [bx, by]) {
  return Math.hypot(ax - bx, ay - by);
}

// How much longer the way along a side gets by a corner there.
function detour(spots, number, spot) {
  const [from, to] = [spots[number], spots[(number + 1) % spots.length]];
  return far(from, spot) + far(spot, to) - far(from, to);
}

function insert(map, spot) {
  const corners = read(), spots = corners.map(map.at);
  let before = corners.length;
  if (corners.length > 2) {
    const costs = spots.map((_one, number) => detour(spots, number, spot));
    before = costs.indexOf(Math.min(...costs)) + 1;
  }
  corners.splice(before, 0, map.degrees(...spot));
  picked = before;
  write(corners);
}

function move(map, spot) {
  const corners = read();
  if (!corners.length) return;
  corners[picked] = map.degrees(...spot);
  write(corners);
}

// By keys: the first in the middle, then a side to the right, one downwards, and from then on in the middle of the side that begins here.
function next(map) {
  const spots = read().map(map.at), here = spots[picked], there = spots[(picked + 1) % spots.length];
  if (!spots.length) return map.middle;
  if (spots.length < 3) return spots.length === 1 ? [here[0] + SIDE, here[1]] : [spots[1][0], spots[1][1] + SIDE];
  return [(here[0] + there[0]) / 2, (here[1] + there[1]) / 2];
}

function addNext(map) {
  const spot = next(map), corners = read(), before = corners.length < 3 ? corners.length : picked + 1;
  corners.splice(before, 0, map.degrees(...spot));
  picked = before;
  write(corners);
}

function drop() {
  const corners = read();
  corners.splice(picked, 1);
  picked = Math.max(picked - 1, 0);
  write(corners);
}

function pick(by) {
  const count = read().length;
  if (count) picked = (picked + by + count) % count;
  draw();
}

function steered(map, event) {
  if (event.key in STEPS) {
    const spots = read().map(map.at), by = event.shiftKey ? LEAP : STEP, [across, down] = STEPS[event.key];
    if (spots.length) move(map, [spots[picked][0] + across * by, spots[picked][1] + down * by]);
    return true;
  }
  if (event.key === "Enter") addNext(map);
  else if (event.key === "Delete" || event.key === "Backspace") drop();
  else if (event.key === "PageDown" || event.key === "PageUp") pick(event.key === "PageDown" ? 1 : -1);
  else return false;
  return true;
}

for (const map of maps) {
  const { svg } = map;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const spot = map.pressed(event), near = read().findIndex((one) => far(map.at(one), spot) <= NEAR);
    if (near < 0) insert(map, spot);
    else picked = near;
    svg.setPointerCapture(event.pointerId);
    draw();
  });
  svg.addEventListener("pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId)) move(map, map.pressed(event));
  });
  svg.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey && steered(map, event)) event.preventDefault();
  });
}
field.addEventListener("input", draw);
draw();
