// The cards in the pocket. A short tap lays a card on the reader and takes it off; held for five seconds it collects.

import { make } from "./make.js";

const list = document.getElementById("cards");
const reader = document.getElementById("reader");
const KINDS = { 教师卡: "teacher", 学生卡: "student", 普通卡: "ordinary" };
const HOLD_MS = 5000;
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

export function fly(element) {
  reader.classList.remove("beep");
  void reader.offsetWidth;
  reader.classList.add("beep");
  if (still.matches) return;
  const from = element.getBoundingClientRect();
  const to = reader.getBoundingClientRect();
  const x = to.left + to.width / 2 - from.left - from.width / 2;
  const y = to.top + to.height / 2 - from.top - from.height / 2;
  element.animate(
    [
      { transform: "none", zIndex: 5 },
      { transform: `translate(${x}px, ${y}px) rotate(-4deg) scale(0.8)`, zIndex: 5, offset: 0.45 },
      { transform: `translate(${x}px, ${y}px) rotate(-4deg) scale(0.8)`, zIndex: 5, offset: 0.6 },
      { transform: "none", zIndex: 5 },
    ],
    { duration: 620, easing: "cubic-bezier(.3,.8,.3,1)" },
  );
}

// One hand, one card: `since` is when it was laid on, `done` once the five seconds were over.
const hand = { button: null, since: 0, timer: null, done: false };

function lift() {
  clearTimeout(hand.timer);
  reader.classList.remove("holding");
  hand.button?.classList.remove("held");
  hand.button = null;
}

function lay(button, collect) {
  lift();
  Object.assign(hand, { button, since: performance.now(), done: false });
  hand.timer = setTimeout(() => {
    hand.done = true;
    const held = Math.round(performance.now() - hand.since);
    lift();
    collect(held);
  }, HOLD_MS);
  button.classList.add("held");
  reader.classList.add("holding");
}

function listen(button, uid, tap, hold) {
  const collect = (held) => hold(uid, held);
  const end = () => { fly(button); tap(uid); };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId); // a card still flying back must not count as taken away
    lay(button, collect);
  });
  button.addEventListener("pointercancel", lift);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    lift();
    if (hand.done) hand.done = false;
    else end();
  });
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (!event.repeat) lay(button, collect);
  });
  button.addEventListener("keyup", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    const was = hand.button;
    lift();
    if (hand.done) hand.done = false;
    else if (was === button) end();
  });
  button.addEventListener("blur", lift);
}

export function layOut(cards, tap, hold) {
  list.replaceChildren(...cards.map((card) => {
    const kind = KINDS[card.note] ?? "odd";
    const button = make("button", { type: "button", class: `card ${kind}`, "data-uid": card.uid },
      make("span", { class: "card-note" }, card.note || "校园卡"),
      make("span", { class: "card-name" }, card.name),
      make("span", { class: "card-no" }, card.campus_no || card.uid));
    listen(button, card.uid, tap, hold);
    return make("li", {}, button);
  }));
}
