// One door in the browser: cards are held to its reader, what it says is drawn.

import { make, moment } from "./make.js";
import { showMessages, wipe } from "./wire.js";

const find = (id) => document.getElementById(id);
const LAMPS = { idle: "待机", open: "绿灯，已开", refused: "红灯，未开", emergency: "黄灯，常开" };
let hall = { doors: [], cards: [] };

function broken(sentence) {
  find("broken").textContent = sentence;
  find("broken").hidden = sentence === "";
}

async function read(path, facts) {
  const asked = facts && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(facts) };
  const answer = await fetch(path, asked || { headers: { accept: "application/json" } });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.sentence);
  return told;
}

const chosen = () => find("door").value;
const direction = () => document.querySelector("input[name=direction]:checked").value;
let queue = Promise.resolve();
let turn = 0; // counted where a deed begins or ends: who looked before saw what was before

function act(path, facts = {}) {
  queue = queue.then(async () => {
    turn += 1;
    try {
      draw(await read(path, { door: chosen(), ...facts }));
      broken("");
    } catch (error) {
      broken(error.message || "门没有应答");
    } finally {
      turn += 1;
    }
  });
}

const show = (card) => act("show", { card, direction: direction() });

function draw(told) {
  const door = told.door;
  find("frame").dataset.lamp = door.lamp;
  find("lamp").setAttribute("aria-label", LAMPS[door.lamp]);
  find("place").textContent = door.place;
  find("number").textContent = door.number;
  if (find("says").textContent !== door.says) find("says").textContent = door.says;
  find("who").textContent = door.name;
  find("network").setAttribute("aria-pressed", String(door.network === "off"));
  find("network").textContent = door.network === "off" ? "插网线" : "拔网线";
  find("skew").value = String(door.skew);
  const facts = [
    ["网络", door.network === "on" ? "已连" : "断网，按名单开门"], ["时钟", moment(door.clock)],
    ["名单", `第 ${door.version} 版，${door.listed} 张卡`], ["名单管到", door.ends_at ? moment(door.ends_at) : "还没有名单"],
    ["待上传", `${door.stored} 条`], ["流水号", door.last_sequence],
  ];
  find("inside").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, String(value))]));
  find("inside").dataset.version = door.version;
  find("inside").dataset.stored = door.stored;
  showMessages(told.wire);
}

function drawCards() {
  find("cards").replaceChildren(...hall.cards.map((one) => make("li", {}, make("button", {
    type: "button", class: "thing", "data-uid": one.uid, click: () => show(one.uid),
  }, make("b", {}, one.name), make("span", {}, `${one.campus_no} ${one.note}`.trim()), make("em", {}, "刷卡")))));
}

async function look() {
  if (!chosen() || document.hidden) return;
  const before = turn;
  try {
    const told = await read(`state?door=${encodeURIComponent(chosen())}`);
    if (turn !== before) return;
    draw(told);
    broken("");
  } catch (error) {
    broken(error.message || "门没有应答");
  }
}

async function begin() {
  try {
    hall = await read("state");
  } catch (error) {
    broken(error.message);
    setTimeout(begin, 3000);
    return;
  }
  find("services").textContent = hall.services;
  const asked = new URLSearchParams(location.search).get("door");
  find("door").replaceChildren(...hall.doors.map((one) => make("option", { value: one.number, selected: one.number === asked }, `${one.place} ${one.number}`)));
  drawCards();
  await look();
  setInterval(look, 1000);
}

find("door").addEventListener("change", () => {
  history.replaceState(null, "", `?door=${encodeURIComponent(chosen())}`);
  wipe();
  turn += 1;
  look();
});
find("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (find("code").value.trim()) show(find("code").value.trim());
  find("code").select();
});
find("button").addEventListener("click", () => act("button"));
find("network").addEventListener("click", () => act("network", { state: find("network").getAttribute("aria-pressed") === "true" ? "on" : "off" }));
find("skew").addEventListener("change", () => act("skew", { skew: Number(find("skew").value) }));
find("forget").addEventListener("click", () => act("forget"));
find("wipe").addEventListener("click", wipe);
begin();
