// One kiosk in the browser: its screen is drawn from what the machine says, its keys are told to the machine.

import { clock, make } from "./make.js";
import { showMessages, wipe } from "./wire.js";

const find = (id) => document.getElementById(id);
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "back", "0", "confirm"];
const KEY_NAMES = { back: "退格", confirm: "确认" };
const KEYBOARD = { Enter: "confirm", Backspace: "back", Escape: "cancel" };
let hall = { terminals: [], cards: [], documents: [], points: {} };
let kiosk = null;
let drawn = "";
let turn = 0; // counted where something begins or ends to be told: who looked before saw what was before
let isBusy = false;
let walked = false; // by Tab, so that Enter means the button in focus; else it is the key 确认

function broken(sentence) {
  find("broken").textContent = sentence;
  find("broken").hidden = sentence === "";
}

async function read(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.sentence);
  return told;
}

// Keys are told one after the other; a second touch while the machine is at work is none. A digit still on its way is not work:
// whoever types fast on a slow line may confirm at once.
let queue = Promise.resolve();
const isTyping = (path, facts) => path === "/press" && /^([0-9]|back)$/.test(facts.key || "");

function act(path, facts) {
  const typing = isTyping(path, facts);
  if (isBusy && path === "/press" && !typing) return;
  isBusy = isBusy || !typing;
  queue = queue.then(() => tell(path, facts, typing));
}

async function tell(path, facts, typing) {
  find("machine").setAttribute("aria-busy", "true");
  turn += 1;
  try {
    const answer = await fetch(path, {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ kiosk: chosen(), ...facts }),
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.sentence);
    broken("");
    if (told.cards) hall.cards = told.cards;
    show(told);
  } catch (error) {
    broken(error.message || "机器没有应答");
  } finally {
    turn += 1;
    isBusy = isBusy && typing;
    find("machine").removeAttribute("aria-busy");
  }
}

const chosen = () => find("kiosk").value;
const press = (key) => act("/press", { key });

function touchButton(choice, kind) {
  const button = make("button", { type: "button", class: `touch ${kind}`, "data-choice": choice.key }, choice.label);
  button.addEventListener("click", (event) => {
    if (!choice.twice || event.detail !== 1) press(`choice:${choice.key}`);
  });
  return button;
}

function typed(screen, text) {
  if (screen.kind === "amount") return make("p", { class: "typed sum" }, make("b", {}, text || "0"), " 元");
  if (!screen.is_masked) return make("p", { class: "typed" }, make("b", {}, text.replace(/(.{4})(?=.)/g, "$1 ") || " "));
  return make("p", { class: "boxes", role: "img", "aria-label": `已输入 ${text.length} 位` },
    ...Array.from({ length: screen.most }, (_, place) => make("span", {}, text[place] || "")));
}

function body(view) {
  const screen = view.screen;
  if (view.power === "off") return [make("p", { class: "dark" }, "已断电")];
  const parts = [make("h2", { class: `title ${screen.tone}` }, screen.title)];
  if (view.busy) parts.push(make("p", { class: "busy" }, `${view.busy}…`));
  if (screen.toolbar.length) parts.push(make("div", { class: "toolbar", role: "toolbar", "aria-label": "工具栏" }, ...screen.toolbar.map((one) => touchButton(one, "tool"))));
  if (screen.prompt) parts.push(make("p", { class: "prompt" }, screen.prompt));
  if (screen.kind === "digits" || screen.kind === "amount") parts.push(typed(screen, view.typed));
  if (screen.lines.length) parts.push(make("ul", { class: "says" }, ...screen.lines.map((line) => make("li", {}, line))));
  if (screen.choices.length) parts.push(make("div", { class: screen.kind === "amount" ? "choices sums" : "choices" }, ...screen.choices.map((one) => touchButton(one, "big"))));
  if (screen.kind === "confirm" || screen.kind === "note") parts.push(make("div", { class: "choices" }, make("button", { type: "button", class: "touch big go", click: () => press("confirm") }, screen.kind === "note" ? "返回" : "确认")));
  if (screen.footer.length) parts.push(make("div", { class: "footer" }, ...screen.footer.map((one) => touchButton(one, "tool"))));
  return parts;
}

function hand(list, things, lying, lay) {
  list.replaceChildren(...things.map((one) => make("li", {}, make("button", {
    type: "button", class: "thing", "aria-pressed": String(one.key === lying), "data-uid": one.key, click: () => lay(one.key === lying ? "" : one.key),
  }, make("b", {}, one.name), make("span", {}, one.note), make("em", {}, one.key === lying ? "取走" : "放上")))));
}

function drawHands(view) {
  const cards = hall.cards.map((one) => ({ key: one.uid, name: one.name, note: `${one.campus_no} ${one.note}`.trim() }));
  if (view.card && !cards.some((one) => one.key === view.card)) cards.unshift({ key: view.card, name: "一张卡", note: view.card });
  hand(find("cards"), cards, view.card, (card) => act("/card", { card }));
  const isReissue = view.kind === "reissue_kiosk";
  find("documents-part").hidden = !isReissue;
  if (isReissue) {
    const papers = hall.documents.map((one) => ({ key: one.id_number, name: one.name, note: one.campus_no }));
    hand(find("documents"), papers, view.document, (document) => act("/document", { document }));
  }
}

function drawSlips(view) {
  find("slips").replaceChildren(...view.slips.map((lines) => make("div", { class: "slip" }, ...lines.map((line) => make("p", {}, line)))));
}

function draw(view) {
  const isOff = view.power === "off";
  find("machine").dataset.power = view.power;
  find("machine").dataset.kind = view.kind;
  find("name").textContent = view.kind_name;
  find("place").textContent = `${view.place} ${view.number}`;
  find("view").replaceChildren(...body(view));
  const isFirst = view.screen.kind === "menu" && view.screen.seconds === 0;
  find("cancel").hidden = isOff || isFirst || view.screen.kind === "take_card" || view.screen.kind === "take_document";
  find("net").textContent = view.network === "on" ? "联网" : "断网";
  find("reader").dataset.state = view.card ? "lying" : view.screen.kind === "card" ? "wanted" : view.screen.kind === "take_card" ? "left" : "empty";
  find("reader-text").textContent = view.card ? "卡在读卡区" : "读卡区";
  find("idslot").hidden = view.kind !== "reissue_kiosk";
  find("idslot").dataset.state = view.document ? "lying" : view.screen.kind === "document" ? "wanted" : "empty";
  find("idslot-text").textContent = view.document ? "身份证已插入" : "身份证插口";
  find("tray").hidden = view.kind !== "reissue_kiosk";
  find("stack").textContent = view.cards_left === null ? "" : `空白卡 ${view.cards_left} 张${view.fault === "jam" ? "，堵卡" : ""}`;
  find("power").setAttribute("aria-pressed", String(isOff));
  find("power").textContent = isOff ? "通电" : "断电";
  find("network").setAttribute("aria-pressed", String(view.network === "off"));
  find("network").textContent = view.network === "off" ? "联网" : "断网";
  find("mode").value = view.write_mode;
  find("armed").textContent = view.cut ? `将在第 ${view.cut[1]} 次“${hall.points[view.cut[0]]}”断电` : "";
  find("inside").textContent = `纸 ${view.slips_left} 张，流水号 ${view.last_sequence}${view.has_pending ? "，有一笔结果未知" : ""}${view.is_writing ? "，有一张卡写到一半" : ""}${view.fault ? `，故障：${view.fault}` : ""}`;
  drawHands(view);
  drawSlips(view);
}

function show(told) {
  kiosk = told.kiosk;
  const { seconds_left: left, ...rest } = kiosk;
  const text = JSON.stringify([rest, hall.cards]);
  if (text !== drawn) {
    const held = document.activeElement?.dataset?.choice;
    draw(kiosk);
    drawn = text;
    if (held) find("view").querySelector(`[data-choice="${CSS.escape(held)}"]`)?.focus();
  }
  find("left").textContent = left === null ? "" : `${left} 秒后返回`;
  find("clock").textContent = clock();
  showMessages(told.wire);
}

async function look() {
  if (!chosen() || document.hidden) return;
  const before = turn;
  try {
    const told = await read(`/state?kiosk=${encodeURIComponent(chosen())}`);
    if (turn !== before) return;
    show(told);
    broken("");
  } catch (error) {
    broken(error.message || "机器没有应答");
  }
}

function drawPad() {
  find("pad").replaceChildren(...KEYS.map((key) => make("button", { type: "button", class: `key ${key}`, "data-key": key, click: () => press(key) }, KEY_NAMES[key] || key)));
}

function pick() {
  const asked = new URLSearchParams(location.search).get("kiosk");
  const groups = Map.groupBy ? Map.groupBy(hall.terminals, (one) => one.kind_name) : new Map([["自助终端", hall.terminals]]);
  find("kiosk").replaceChildren(...[...groups].map(([name, terminals]) => make("optgroup", { label: name },
    ...terminals.map((one) => make("option", { value: one.number, selected: one.number === asked }, `${one.place} ${one.number}`)))));
}

async function begin() {
  drawPad();
  try {
    hall = await read("/state");
  } catch (error) {
    broken(error.message);
    setTimeout(begin, 3000);
    return;
  }
  find("school").textContent = hall.school;
  find("services").textContent = hall.services;
  find("point").append(...Object.entries(hall.points).map(([key, name]) => make("option", { value: key }, name)));
  pick();
  await look();
  setInterval(look, 1000);
}

find("kiosk").addEventListener("change", () => {
  history.replaceState(null, "", `?kiosk=${encodeURIComponent(chosen())}`);
  wipe();
  turn += 1;
  look();
});
find("cancel").addEventListener("click", () => press("cancel"));
find("power").addEventListener("click", () => act("/power", { state: kiosk.power === "off" ? "on" : "off" }));
find("network").addEventListener("click", () => act("/network", { state: kiosk.network === "off" ? "on" : "off" }));
find("arm").addEventListener("click", () => act("/cut", { point: find("point").value, times: Number(find("times").value) || 1 }));
find("mode").addEventListener("change", () => act("/write", { mode: find("mode").value }));
find("mend").addEventListener("click", () => act("/mend", { what: find("what").value }));
find("wipe").addEventListener("click", wipe);
document.addEventListener("pointerdown", () => { walked = false; });
document.addEventListener("keydown", (event) => {
  if (event.key === "Tab") walked = true;
  if (event.target.closest("select, input, summary") || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = KEYBOARD[event.key] || (/^[0-9]$/.test(event.key) ? event.key : null);
  if (!key || (event.key === "Enter" && walked && event.target.closest("button, a"))) return;
  event.preventDefault();
  press(key);
});
begin();
