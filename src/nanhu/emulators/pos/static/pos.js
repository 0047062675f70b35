// The device: keys, screen and cards; every decision is the gateway's, reached through this page's own server.

import { fly, layOut } from "./cards.js";
import { fenOf, shown, typed, yuan } from "./keypad.js";
import { clock, make } from "./make.js";
import { printRows, printSlip, tear } from "./paper.js";
import { play } from "./sound.js";
import { showMessages, showSilence, wipe } from "./wire.js";

const part = (id) => document.getElementById(id);
const TYPING = "typing", WAITING = "waiting", BUSY = "busy", SHOWN = "shown", OPEN = "open";
const state = { phase: BUSY, entry: "", isFixed: false, priceFen: 0, terminal: null, campus: null };
const keyOf = (name) => document.querySelector(`[data-key="${name}"]`);

// ——— the screen

function say(headline, sentence = "", light = "off") {
  part("headline").textContent = headline;
  part("sentence").textContent = sentence;
  part("device").dataset.light = light;
}

function drawAmount(fen = null) {
  part("digits").textContent = fen === null ? shown(state.entry) : yuan(fen);
}

function drawTerminal() {
  const { terminal, campus } = state;
  const isCut = terminal.network === "off";
  part("where").textContent = [terminal.canteen, terminal.merchant].filter(Boolean).join(" · ");
  part("network").textContent = isCut ? "断网" : "联网";
  part("device").classList.toggle("is-cut", isCut);
  keyOf("network").textContent = isCut || terminal.stored_count ? "恢复网络" : "断网";
  keyOf("network").setAttribute("aria-pressed", String(isCut));
  keyOf("fixed").setAttribute("aria-pressed", String(state.isFixed));
  if (isCut || terminal.stored_count) {
    const { limits } = campus;
    foot(`已存 ${terminal.stored_count} 笔 ${yuan(terminal.stored_fen)} / ${yuan(limits.total_fen)}`, `单笔 ≤ ${yuan(limits.payment_fen)}，每卡 ≤ ${yuan(limits.card_fen)}`);
  } else {
    foot(`流水号 ${terminal.last_sequence}`, state.isFixed ? "定额" : "自由金额");
  }
}

function foot(...texts) {
  part("foot").replaceChildren(...texts.map((text) => make("span", {}, text)));
}

function ready() {
  state.phase = WAITING;
  say("请刷卡", state.isFixed ? "定额，刷卡即扣" : "金额无误请刷卡");
}

function idle() {
  state.entry = "";
  if (state.terminal?.is_open) return;
  if (state.isFixed && state.priceFen > 0) {
    drawAmount(state.priceFen);
    ready();
  } else {
    state.phase = TYPING;
    drawAmount();
    say(state.isFixed ? "请输入单价" : "请输入金额", "按确定后刷卡");
  }
}

// ——— talking to the device's own server

async function act(action, facts = {}) {
  const before = state.phase;
  state.phase = BUSY;
  part("device").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`/${action}`, {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ terminal: state.terminal.number, ...facts }),
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
  if (outcome.kind === "ready") return idle();
  say(outcome.headline, outcome.sentence, outcome.light);
  play(outcome.light);
  state.phase = terminal.is_open ? OPEN : SHOWN;
  state.entry = "";
  drawAmount(outcome.amount_fen ?? 0);
  if (outcome.kind === "stored") showSilence(`断网：流水号 ${terminal.last_sequence} 存在本机，线上没有报文`);
  if (outcome.balance_fen !== null) foot(`余额 ${yuan(outcome.balance_fen)}`, `流水号 ${terminal.last_sequence}`);
  if (outcome.slip) printSlip(state.campus.school, terminal, outcome.slip);
  if (outcome.rows.length) printRows(state.campus.school, terminal, outcome.rows);
}

// ——— what a finger does

function pay(card) {
  if (state.phase === BUSY) return;
  if (state.phase === SHOWN && state.isFixed) idle();
  if (state.phase === OPEN) return say("上一笔还没有结果", "确定：用同一流水号重试；清除：撤销", "amber");
  if (state.phase !== WAITING) {
    play("red");
    return say(fenOf(state.entry) > 0 && state.phase === TYPING ? "请先按确定" : "请先输入金额", "金额确定后再刷卡", "red");
  }
  tear();
  say("请稍候", "正在联系网关");
  act("pay", { card, amount_fen: state.isFixed ? state.priceFen : fenOf(state.entry) });
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
  if (state.phase !== TYPING) return idle();
  const fen = fenOf(state.entry);
  if (fen === 0) return say("请输入金额", "金额应大于零", "red");
  if (state.isFixed) state.priceFen = fen;
  drawAmount(fen);
  return ready();
}

function clear() {
  if (state.phase === OPEN) return act("give-up");
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
  network: () => act("network", { network: keyOf("network").textContent === "断网" ? "off" : "on" }),
};

function press(key) {
  if (state.phase === BUSY || !state.terminal) return;
  play("key");
  if (KEYS[key]) KEYS[key]();
  else if (state.phase !== OPEN) enter(key);
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
  const uid = part("uid").value.trim();
  if (uid === "") return part("uid").focus();
  fly(part("uid"));
  pay(uid);
});

part("wipe").addEventListener("click", wipe);
part("terminal").addEventListener("change", () => choose(part("terminal").value));

// ——— power on

function choose(number) {
  const { terminals } = state.campus;
  state.terminal = terminals.find((one) => one.number === number) ?? terminals.find((one) => one.fixed_fen === null) ?? terminals[0];
  state.isFixed = state.terminal.fixed_fen !== null;
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
  layOut(campus.cards, pay);
  choose(location.hash.slice(1));
}

const tick = () => { part("clock").textContent = clock(); };
tick();
setInterval(tick, 5000);
powerOn().catch((error) => {
  part("broken").textContent = `这台机器开不了机：${error.message}`;
  part("broken").hidden = false;
  say("不能使用", error.message, "red");
});
