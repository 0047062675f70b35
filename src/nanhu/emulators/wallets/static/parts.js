// Pieces of screens that the apps share.

import { make } from "./make.js";
import { fenOf } from "./money.js";
import { yuan } from "./yuan.js";

const REFUSED = "金额写成 12.50 或 1,234.50 这样的数字";

export function screen(title, ...children) {
  return make("div", { class: "screen" }, make("div", { class: "app-head" }, make("h2", {}, title)), ...children);
}

export const sheet = (...children) => make("section", { class: "sheet" }, ...children);

export function field(label, name, facts = {}) {
  return make("label", {}, label, make("input", { name, autocomplete: "off", spellcheck: "false", ...facts }));
}

export const button = (text, click, kind = "") => make("button", { type: "button", class: `go ${kind}`, click }, text);

// A form whose fields go to `send` as one object; Enter sends too.
export function form(fields, text, send) {
  const made = make("form", { class: "sheet" }, ...fields, make("button", { type: "submit", class: "go" }, text));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    send(Object.fromEntries(new FormData(made)));
  });
  return made;
}

export const tile = (sign, text, click) => make("button", { type: "button", class: "tile", click }, make("b", { "aria-hidden": "true" }, sign), text);

export function steps(names, current) {
  return make("ol", { class: "steps" }, ...names.map((name, place) =>
    make("li", { class: place < current ? "done" : null, "aria-current": place === current ? "step" : null }, name)));
}

export function done(title, lines, ...buttons) {
  return [make("p", { class: "tick", "aria-hidden": "true" }, "✓"), make("p", { class: "centre big" }, title),
    ...lines.map((line) => make("p", { class: "centre small" }, line)), ...buttons];
}

export function sums(presets, limits, send) {
  const typed = make("input", { name: "sum", inputmode: "decimal", placeholder: "其他金额（元）", "aria-label": "其他金额（元）" });
  const chosen = { fen: 0 };
  const keys = presets.map((fen) => make("button", { type: "button", class: "sum", "aria-pressed": "false", click: () => pick(fen) }, yuan(fen)));
  const press = (fen) => keys.forEach((key, place) => key.setAttribute("aria-pressed", String(presets[place] === fen)));
  function pick(fen) {
    chosen.fen = fen;
    typed.value = "";
    typed.setCustomValidity("");
    press(fen);
  }
  typed.addEventListener("input", () => {
    chosen.fen = fenOf(typed.value) ?? 0;
    typed.setCustomValidity(typed.value && !chosen.fen ? REFUSED : "");
    press(0);
  });
  const made = form([make("div", { class: "sums" }, ...keys), typed, make("p", { class: "small" }, `单次 ${yuan(limits.smallest_fen)} 到 ${yuan(limits.largest_fen)}`)],
    "确认充值", () => send(chosen.fen));
  return made;
}

export function rowsOf(found) {
  if (found.length === 0) return make("p", { class: "small" }, "还没有交易");
  return make("ul", { class: "rows" }, ...found.map((one) => make("li", {},
    make("span", {}, one.merchant || one.kind, make("br", {}), make("small", {}, `${one.kind} · ${new Date(one.at * 1000).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai" })}`)),
    make("span", { class: one.is_money_in ? "in" : null }, `${one.is_money_in ? "+" : "−"}${yuan(one.amount_fen)}`))));
}

export function cardFace(facts) {
  return make("section", { class: "vcard", "aria-label": "电子校园卡" },
    make("p", { class: "name" }, make("span", {}, facts.name), make("span", {}, facts.card_state_name)),
    make("p", {}, `学工号 ${facts.campus_no}`),
    make("p", { class: "money" }, yuan(facts.balance_fen)),
    make("p", {}, facts.pending_fen ? `待领 ${yuan(facts.pending_fen)}` : "没有待领款项"),
    make("p", { class: "no" }, `${facts.virtual_no} · ${facts.device}`));
}
