// The front keypad's menu: a new payment PIN, a new meal limit, a new daily limit. Nothing is pressed for half a minute: out.

import { fenOf, typed } from "./keypad.js";
import { drawAmount, drawMask, say } from "./screen.js";
import { ASKING, LOOKED, MENU, state } from "./state.js";

const PATIENCE = Number(new URLSearchParams(location.search).get("patience") ?? 30) * 1000;
const PIN_DIGITS = 6;
let timer = null;
let doors = { act: () => {}, leave: () => {} };

export const isAsking = () => [LOOKED, MENU, ASKING].includes(state.phase);
export const openMenu = (given) => { doors = given; };

export function wait() {
  clearTimeout(timer);
  timer = setTimeout(() => { if (isAsking()) leave("超时，已退出"); }, PATIENCE);
}

export function leave(headline) {
  clearTimeout(timer);
  state.prompt = null;
  state.laid = "";
  doors.leave(headline);
}

export function show() {
  state.phase = MENU;
  say("1 修改消费密码", "2 修改卡上餐限额　3 修改日限额　清除：退出");
  wait();
}

export function ask(prompt) {
  state.phase = ASKING;
  state.prompt = prompt;
  state.entry = "";
  draw();
  say(prompt.title, prompt.hint ?? "输入后按确定，按清除退出", prompt.light ?? "off");
  wait();
}

export function askPin(title, then, facts = {}) {
  ask({ kind: "pin", title, then, ...facts });
}

function draw() {
  if (state.prompt.kind === "pin") drawMask(state.entry.length);
  else drawAmount();
}

function newPin() {
  const card = state.laid;
  askPin("请输入原密码", (old) => askPin("请输入新密码", (fresh) => askPin("请再次输入新密码", (again) => {
    if (again !== fresh) return askAgain(old);
    return doors.act("pin", { card, pin: old, new_pin: fresh });
  })));
}

function askAgain(old) {
  const card = state.laid;
  askPin("两次不一样，请重新输入新密码", (fresh) => askPin("请再次输入新密码", (again) => {
    if (again !== fresh) return askAgain(old);
    return doors.act("pin", { card, pin: old, new_pin: fresh });
  }), { light: "red" });
}

function newLimit(which, name) {
  const card = state.laid;
  askPin("请输入消费密码", (pin) => ask({
    kind: "amount", title: `请输入新的${name}`,
    then: (amount_fen) => doors.act("limit", { card, which, pin, amount_fen }),
  }));
}

const CHOICES = { 1: newPin, 2: () => newLimit("meal", "餐限额"), 3: () => newLimit("daily", "日限额") };

export function press(key) {
  wait();
  if (state.phase === LOOKED) return key === "confirm" ? show() : undefined;
  if (state.phase === MENU) return CHOICES[key]?.();
  if (key === "confirm") return finish();
  if (state.prompt.kind === "pin") {
    if (key === "back") state.entry = state.entry.slice(0, -1);
    else if (/^[0-9]+$/.test(key)) state.entry = (state.entry + key).slice(0, PIN_DIGITS);
  } else {
    state.entry = typed(state.entry, key);
  }
  return draw();
}

function finish() {
  const { kind, then, title } = state.prompt;
  if (kind === "pin") {
    if (state.entry.length < PIN_DIGITS) return say(title, "密码是六位数字", "red");
    return then(state.entry);
  }
  const fen = fenOf(state.entry);
  return fen === 0 ? say(title, "限额应大于零", "red") : then(fen);
}
