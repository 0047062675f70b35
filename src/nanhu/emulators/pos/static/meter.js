// Water or a machine running: what it has cost by now, ticking.

import { yuan } from "./keypad.js";
import { drawAmount, foot } from "./screen.js";
import { RUNNING, state } from "./state.js";

let begun = 0;

export const unitOf = (price) => (price.kind === "per_minute" ? "分钟" : price.unit || "份");

export function words(price) {
  const per = Number(price.per ?? 1) === 1 ? `每${unitOf(price)}` : `每 ${price.per} ${unitOf(price)}`;
  return `${per} ${yuan(price.price_fen)}，最多预扣 ${yuan(price.most_fen)}`;
}

export function run() {
  begun = Date.now() - (state.terminal.running?.seconds ?? 0) * 1000;
  draw();
}

function draw() {
  const { running, price } = state.terminal;
  if (state.phase !== RUNNING || !running || !price) return;
  const units = Math.floor((Date.now() - begun) / 1000 / Math.max(1, price.per ?? 1)) + 1;
  drawAmount(Math.min(running.held_fen, units * price.price_fen));
  foot(`已预扣 ${yuan(running.held_fen)}`, `模拟：1 秒当 1 ${unitOf(price)}`);
}

setInterval(draw, 500);
