// The phone: whose it is, which app is open, which screen; everything an app does goes through `act`.

import { ABC } from "./abc.js";
import { clock, make } from "./make.js";
import { showMessages, wipe } from "./wire.js";
import { WANXIAO } from "./wanxiao.js";
import { YUNSHANFU } from "./yunshanfu.js";

const APPS = { yunshanfu: ["云闪付", "云", "#c8232c", YUNSHANFU], wanxiao: ["完美校园", "校", "#1668b8", WANXIAO], abc: ["农业银行", "农", "#00716a", ABC] };
const FAULTS = [
  ["debit", "silent_after", "圈存：银行已扣款，但不答复"], ["debit", "silent_before", "圈存：请求没有到银行"], ["debit", "killed_after", "圈存：扣款后银行断电"],
  ["notice", "silent_after", "在线充值：支付通知丢失"], ["notice", "twice", "在线充值：通知重复两次"], ["notice", "forged", "在线充值：通知被篡改"],
  ["transfer", "silent_after", "银行 APP：通知先丢一次"], ["sign", "silent_after", "签约：银行已签约，但不答复"],
];
const glass = document.getElementById("glass"), frame = document.getElementById("frame"), owner = document.getElementById("owner");
const message = document.getElementById("message");

class Phone {
  constructor() {
    this.app = "home";
    this.trail = [];
    this.local = { device: "我的手机" };
    this.memory = {};
    this.facts = { people: [] };
    this.timer = 0;
    this.turn = 0;
    this.notice = null;
  }

  get number() { return owner.value; }

  async load() {
    const answer = await fetch(`/state?app=${this.app}&phone=${this.number}`);
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.sentence);
    this.facts = said;
    this.memory = said.memory;
  }

  async open(app, first = "main") {
    this.app = app;
    this.local = { device: `${this.person?.name ?? "我"}的手机`, tn: this.local.tn, school_code: this.local.school_code };
    this.trail = [[first, {}]];
    frame.dataset.app = app;
    await this.load();
    await this.draw();
  }

  get person() { return this.facts.people.find((one) => one.phone === this.number); }

  go(name, facts = {}) {
    if (name === "main") this.trail = [];
    this.trail.push([name, facts]);
    return this.draw();
  }

  back() {
    if (this.trail.length > 1) { this.trail.pop(); this.draw(); } else this.open("home");
  }

  again(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), milliseconds);
  }

  async draw() {
    clearTimeout(this.timer);
    const turn = ++this.turn;
    if (this.app === "home") { glass.replaceChildren(homeScreen(this)); return; }
    const [name, facts] = this.trail.at(-1);
    if (name === "main") await this.arrive();
    const made = await APPS[this.app][3][name](this, facts);
    if (turn !== this.turn) return;
    if (this.notice) { made.querySelector(".app-head").after(this.notice); this.notice = null; }
    glass.replaceChildren(made);
    glass.scrollTop = 0;
    glass.querySelector("input")?.focus({ preventScroll: true });
  }

  async arrive() {
    // A deep link names the school: city and list are passed over (A086).
    const code = this.local.school_code;
    if (!code || !this.memory.is_registered) return;
    this.local.school_code = "";
    const result = await this.act("school", { school_code: code });
    if (result.is_good && !this.memory.binding) { this.trail.push(["verify", {}]); queueMicrotask(() => this.draw()); }
  }

  say(text, isGood) {
    const made = make("p", { class: isGood ? "said good" : "said", role: "alert" }, text);
    const head = glass.querySelector(".app-head");
    glass.querySelector(".said")?.remove();
    if (head) head.after(made);
    if (isGood) this.notice = made.cloneNode(true);
  }

  async act(action, typed = {}) {
    const answer = await fetch("/act", {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ app: this.app, phone: this.number, do: action, typed }),
    });
    const said = await answer.json();
    if (!answer.ok) { this.say(said.sentence, false); return { is_good: false, sentence: said.sentence, facts: {} }; }
    this.memory = said.memory;
    showMessages(said.wire);
    if (said.result.message) showText(said.result.message);
    if (said.result.sentence && !said.result.is_good) {
      this.notice = make("p", { class: "said", role: "alert" }, said.result.sentence);
    }
    return said.result;
  }
}

const phone = new Phone();

function homeScreen() {
  return make("div", { class: "app-icons" }, ...Object.entries(APPS).map(([key, [name, sign]]) =>
    make("button", { type: "button", class: "app-icon", "data-app": key, click: () => phone.open(key) }, make("b", { class: `icon-${key}`, "aria-hidden": "true" }, sign), name)));
}

function showText(text) {
  const code = /\d{6}/.exec(text)?.[0];
  message.replaceChildren(make("p", {}, text), make("button", { type: "button", class: "go plain", click: () => { fill(code); message.hidden = true; } }, `填入 ${code}`));
  message.hidden = false;
}

let lastField = null;
document.addEventListener("focusin", (event) => { if (event.target.matches("#glass input, #glass textarea")) lastField = event.target; });

function fill(text) {
  const found = lastField?.isConnected ? lastField : glass.querySelector("input");
  if (!found) return;
  found.value = text;
  found.dispatchEvent(new Event("input", { bubbles: true }));
  found.focus();
}

function showPapers() {
  const one = phone.person;
  const papers = one ? [["姓名", one.name, "name"], ["学号 / 工号", one.campus_no, "campus_no"], ["证件号", one.id_number, "id_number"], ["手机号", one.phone, "reserved"], ["银行卡", one.card_number, "card_number"]] : [];
  document.getElementById("papers").replaceChildren(...papers.map(([label, value, name]) => make("div", {}, make("dt", { class: "visually-hidden" }, label), make("dd", { class: "paper-row" },
    make("button", { type: "button", class: "paper", click: () => {
      const meant = glass.querySelector(`[name="${name}"]`) ?? (name === "reserved" ? glass.querySelector("[name=phone]") : null);
      if (meant) lastField = meant;
      fill(value);
    } }, make("small", {}, label), make("span", {}, value))))));
}

function showFaults() {
  document.getElementById("faults").replaceChildren(...FAULTS.map(([operation, kind, text]) => make("button", { type: "button", class: "quiet", click: async () => {
    await fetch("/fault", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ operation, kind, times: 1 }) });
    document.getElementById("fault-said").textContent = `已设置：${text}`;
  } }, text)));
}

async function begin() {
  try {
    await phone.load();
  } catch (error) {
    const broken = document.getElementById("broken");
    broken.textContent = error.message;
    broken.hidden = false;
    return;
  }
  owner.replaceChildren(...phone.facts.people.map((one) => make("option", { value: one.phone }, `${one.name} · ${one.campus_no}`)));
  document.getElementById("sms").href = `${phone.facts.campus}/demo/phone`;
  owner.addEventListener("change", () => { showPapers(); phone.open("home"); });
  showPapers();
  showFaults();
  const paying = /^\/qr\/(\w+)$/.exec(location.pathname);
  const [wanted, school] = location.hash.slice(1).split("/");
  phone.local.school_code = school;
  phone.local.tn = paying?.[1] ?? "";
  await (paying ? phone.open("yunshanfu", "cashier") : phone.open(wanted in APPS ? wanted : "home"));
}

document.getElementById("back").addEventListener("click", () => phone.back());
document.getElementById("home").addEventListener("click", () => phone.open("home"));
document.getElementById("wipe").addEventListener("click", wipe);
const tick = () => { document.getElementById("clock").textContent = clock(); };
tick();
setInterval(tick, 20000);
begin();
