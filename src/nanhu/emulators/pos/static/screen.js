// The screen: headline, sentence, amount, and what stands above and below them.

import { shown, yuan } from "./keypad.js";
import { make } from "./make.js";
import { keyOf, part, state } from "./state.js";

export function say(headline, sentence = "", light = "off") {
  part("headline").textContent = headline;
  part("sentence").textContent = sentence;
  part("device").dataset.light = light;
}

export function drawAmount(fen = null) {
  part("digits").textContent = fen === null ? shown(state.entry) : yuan(fen);
}

export function drawMask(count) {
  part("digits").textContent = "●".repeat(count) + "○".repeat(6 - count);
}

export function foot(...texts) {
  part("foot").replaceChildren(...texts.filter(Boolean).map((text) => make("span", {}, text)));
}

const TEARS = { "": "拔卡：不拔", before: "拔卡：写卡前", during: "拔卡：写到一半", after: "拔卡：写完未答" };

export function drawTear() {
  keyOf("tear").textContent = TEARS[state.tear];
  keyOf("tear").setAttribute("aria-pressed", String(state.tear !== ""));
}

export function nextTear() {
  const names = Object.keys(TEARS);
  state.tear = names[(names.indexOf(state.tear) + 1) % names.length];
  drawTear();
}

export function drawTerminal() {
  const { terminal, campus } = state;
  const isCut = terminal.network === "off";
  part("where").textContent = [terminal.canteen, terminal.merchant].filter(Boolean).join(" · ");
  part("network").textContent = isCut ? "断网" : "联网";
  part("device").classList.toggle("is-cut", isCut);
  keyOf("network").textContent = isCut || terminal.stored_count ? "恢复网络" : "断网";
  keyOf("network").setAttribute("aria-pressed", String(isCut));
  keyOf("fixed").setAttribute("aria-pressed", String(state.isFixed));
  const broken = terminal.grey_count ? `灰记录 ${terminal.grey_count} 笔` : "";
  if (isCut || terminal.stored_count) {
    const { limits } = campus;
    foot(`已存 ${terminal.stored_count} 笔 ${yuan(terminal.stored_fen)} / ${yuan(limits.total_fen)}`, `单笔 ≤ ${yuan(limits.payment_fen)}，每卡 ≤ ${yuan(limits.card_fen)}`, broken);
  } else {
    foot(`流水号 ${terminal.last_sequence}`, broken, terminal.revocation_version ? `黑名单 ${terminal.revoked_count} 张` : "", modeOf(terminal));
  }
}

function modeOf(terminal) {
  if (terminal.price) return terminal.price.kind === "per_minute" ? "计时" : "计量";
  return state.isFixed ? "定额" : "自由金额";
}
