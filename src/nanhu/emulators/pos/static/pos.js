// The device: keys, screen and cards; every decision is the gateway's, reached through this page's own server.

import { fly, layOut } from "./cards.js";
import { fenOf, typed, yuan } from "./keypad.js";
import { clock, make } from "./make.js";
import * as menu from "./menu.js";
import * as meter from "./meter.js";
import { printRows, printSlip, tear } from "./paper.js";
import { drawAmount, drawTear, drawTerminal, foot, nextTear, say } from "./screen.js";
import { play } from "./sound.js";
import { BUSY, LOOKED, OPEN, RUNNING, SHOWN, TYPING, WAITING, keyOf, part, state } from "./state.js";
import { showMessages, showSilence, wipe } from "./wire.js";

const CODE = /^N1(?:[PD][0-9A-Z]{34}|A[0-9A-Z]{50})$/;

function ready() {
  state.phase = WAITING;
  say("请刷卡", state.isFixed ? "定额，刷卡即扣" : "金额无误请刷卡");
}

function idle() {
  state.entry = "";
  state.laid = "";
  if (state.terminal?.is_open) return;
  if (state.terminal?.running) return run();
  if (state.terminal?.price) return offer();
  if (state.isFixed && state.priceFen > 0) {
    drawAmount(state.priceFen);
    ready();
  } else {
    state.phase = TYPING;
    drawAmount();
    say(state.isFixed ? "请输入单价" : "请输入金额", "按确定后刷卡");
  }
}

function offer() {
  state.phase = WAITING;
  drawAmount(0);
  say("请放卡开始", meter.words(state.terminal.price));
}

function run() {
  state.phase = RUNNING;
  say("使用中", "按确定或再放一次卡结束，多扣的退回", "green");
  meter.run();
}

// ——— talking to the device's own server

async function act(action, facts = {}) {
  const before = state.phase;
  state.phase = BUSY;
  part("device").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`/${action}`, {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ terminal: state.terminal.number, tear: state.tear, ...facts }),
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.sentence);
    show(told.outcome, told.terminal);
  } catch (error) {
    state.phase = before;
    say("设备没有应答", error.message, "red");
    play("red");
  } finally {
    part("device").removeAttribute("aria-busy");
  }
}

function show(outcome, terminal) {
  Object.assign(state.terminal, terminal);
  showMessages(outcome.wire);
  drawTerminal();
  state.tear = "";
  drawTear();
  if (outcome.kind === "ready") return idle();
  if (outcome.kind === "pin_required" && state.sale) return askPin(outcome);
  say(outcome.headline, outcome.sentence, outcome.light);
  play(outcome.light);
  state.phase = terminal.is_open ? OPEN : outcome.kind === "looked" ? LOOKED : SHOWN;
  if (outcome.kind === "looked") menu.wait();
  state.entry = "";
  drawAmount(outcome.amount_fen ?? 0);
  if (outcome.kind === "stored") showSilence(`断网：流水号 ${terminal.last_sequence} 存在本机，线上没有报文`);
  if (outcome.balance_fen !== null) foot(`余额 ${yuan(outcome.balance_fen)}`, `流水号 ${terminal.last_sequence}`);
  if (outcome.kind === "running" || (terminal.running && outcome.kind !== "unresolved")) run();
  if (outcome.slip) printSlip(state.campus.school, terminal, outcome.slip);
  if (outcome.rows.length) printRows(state.campus.school, terminal, outcome.rows);
}

function askPin(outcome) {
  play(outcome.light);
  const { action, facts } = state.sale;
  menu.askPin(outcome.sentence, (pin) => act(action, { ...facts, pin }), { light: outcome.light, hint: "按确定付款，按清除取消" });
}

// ——— what a finger does

function tap(card) {
  if (state.phase === BUSY) return;
  if (state.phase === OPEN) return say("上一笔还没有结果", "确定：用同一流水号重试；清除：撤销", "amber");
  if (menu.isAsking()) return say("请先完成或按清除退出", "", "amber");
  if (state.phase === RUNNING) return act("end", { card });
  if (state.phase === SHOWN && (state.isFixed || state.terminal.price)) idle();
  if (state.phase === TYPING && fenOf(state.entry) > 0) return say("请先按确定", "金额确定后再刷卡", "red");
  tear();
  if (state.phase !== WAITING) return look(card);
  return sell(card);
}

function sell(card) {
  const isMetered = Boolean(state.terminal.price);
  const facts = isMetered ? { card } : { card, amount_fen: state.isFixed ? state.priceFen : fenOf(state.entry) };
  state.sale = { action: isMetered ? "begin" : "pay", facts };
  say("请稍候", "正在联系网关");
  return act(state.sale.action, facts);
}

function look(card) {
  if (CODE.test(card)) return say("请先输入金额", "付款码要在金额确定后扫", "red");
  state.laid = card;
  state.sale = null;
  say("请稍候", "正在读卡");
  return act("look", { card });
}

function hold(card, heldMs) {
  if (state.phase === BUSY || state.phase === OPEN || state.phase === RUNNING || menu.isAsking()) return;
  tear();
  state.sale = null;
  say("请稍候，正在领款", "不要拿开卡");
  act("claim", { card, held_ms: heldMs });
}

function enter(key) {
  tear();
  if (state.phase !== TYPING) state.entry = "";
  state.phase = TYPING;
  state.entry = typed(state.entry, key);
  drawAmount();
  say(state.isFixed ? "定额单价" : "消费金额", "按确定");
}

function confirm() {
  if (state.phase === OPEN) return act("retry");
  if (state.phase === RUNNING) return act("end");
  if (state.terminal.is_fixed && state.phase !== TYPING) return say("本机为定额收费", "修改密码和限额请到可输入金额的消费机", "red");
  if (state.phase !== TYPING) return idle();
  const fen = fenOf(state.entry);
  if (fen === 0) return say("请输入金额", "金额应大于零", "red");
  if (state.isFixed) state.priceFen = fen;
  drawAmount(fen);
  return ready();
}

function clear() {
  if (state.phase === OPEN) return act("give-up");
  if (state.phase === RUNNING) return say("使用中", "按确定结束", "amber");
  if (menu.isAsking()) return menu.leave("已取消");
  tear();
  if (state.isFixed && state.phase !== TYPING) state.priceFen = 0;
  return idle();
}

function toggleFixed() {
  if (state.phase === OPEN) return;
  state.isFixed = !state.isFixed;
  state.priceFen = state.isFixed ? fenOf(state.entry) || state.terminal.fixed_fen || 0 : 0;
  drawTerminal();
  idle();
}

const KEYS = {
  confirm, clear,
  fixed: toggleFixed,
  again: () => act("again"),
  reverse: () => act("reverse"),
  pull: () => act("pull"),
  tear: nextTear,
  scan: () => part("uid").focus(),
  network: () => act("network", { network: keyOf("network").textContent === "断网" ? "off" : "on" }),
};

function press(key) {
  if (state.phase === BUSY || !state.terminal) return;
  play("key");
  if (menu.isAsking() && key !== "clear" && key !== "tear") return menu.press(key);
  if (KEYS[key]) return KEYS[key]();
  if (state.phase !== OPEN && state.phase !== RUNNING && !state.terminal.price) enter(key);
}

function flash(key) {
  const button = keyOf(key);
  button?.classList.add("is-down");
  setTimeout(() => button?.classList.remove("is-down"), 110);
}

const KEYBOARD = { Enter: "confirm", Escape: "clear", Backspace: "back", Delete: "clear" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  if (target.closest("input, select, textarea")) return;
  if (event.key === "Enter" && target.closest("button, a, summary")) return;
  const key = KEYBOARD[event.key] ?? (/^[0-9.]$/.test(event.key) ? event.key : null);
  if (key === null) return;
  event.preventDefault();
  flash(key);
  press(key);
});

part("keys").addEventListener("click", (event) => {
  const button = event.target.closest("[data-key]");
  if (button) press(button.dataset.key);
});
// A key under the mouse keeps no focus, or Enter would press it again.
for (const id of ["keys", "cards"]) part(id).addEventListener("mousedown", (event) => event.preventDefault());

part("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = part("uid").value.trim();
  if (text === "") return part("uid").focus();
  fly(part("uid"));
  tap(text.toUpperCase());
  if (CODE.test(text.toUpperCase())) part("uid").value = "";
});

part("wipe").addEventListener("click", wipe);
part("terminal").addEventListener("change", () => choose(part("terminal").value));

// ——— power on

function choose(number) {
  const { terminals } = state.campus;
  state.terminal = terminals.find((one) => one.number === number) ?? terminals.find((one) => one.fixed_fen === null) ?? terminals[0];
  state.isFixed = state.terminal.fixed_fen !== null;
  state.laid = "";
  state.priceFen = state.terminal.fixed_fen ?? 0;
  state.entry = "";
  part("terminal").value = state.terminal.number;
  history.replaceState(null, "", `#${state.terminal.number}`);
  tear();
  drawTerminal();
  drawAmount(state.isFixed ? state.priceFen : null);
  say("正在签到", "");
  act("sign-on");
}

function fillTerminals(terminals) {
  const places = Map.groupBy
    ? Map.groupBy(terminals, (one) => one.canteen || "其他")
    : terminals.reduce((found, one) => found.set(one.canteen, [...(found.get(one.canteen) ?? []), one]), new Map());
  for (const [place, members] of places) {
    const group = make("optgroup", { label: place });
    for (const one of members) group.append(make("option", { value: one.number }, `${one.number} ${one.merchant}`));
    part("terminal").append(group);
  }
}

async function powerOn() {
  const answer = await fetch("/state");
  const campus = await answer.json();
  if (!answer.ok || campus.terminals.length === 0) throw new Error(campus.sentence ?? "配置里没有终端");
  state.campus = campus;
  part("gateway").textContent = campus.gateway;
  fillTerminals(campus.terminals);
  layOut(campus.cards, tap, hold);
  choose(location.hash.slice(1));
}

menu.openMenu({ act, leave: (headline) => { idle(); say(headline, "请输入金额"); } });
drawTear();
const tick = () => { part("clock").textContent = clock(); };
tick();
setInterval(tick, 5000);
powerOn().catch((error) => {
  part("broken").textContent = `这台机器开不了机：${error.message}`;
  part("broken").hidden = false;
  say("不能使用", error.message, "red");
});
