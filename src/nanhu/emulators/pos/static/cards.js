// The cards in the pocket. Tapping one sends it flying to the reader.

import { make } from "./make.js";

const list = document.getElementById("cards");
const reader = document.getElementById("reader");
const KINDS = { 教师卡: "teacher", 学生卡: "student", 普通卡: "ordinary" };
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

export function layOut(cards, tap) {
  list.replaceChildren(...cards.map((card) => {
    const kind = KINDS[card.note] ?? "odd";
    const button = make("button", { type: "button", class: `card ${kind}`, "data-uid": card.uid },
      make("span", { class: "card-note" }, card.note || "校园卡"),
      make("span", { class: "card-name" }, card.name),
      make("span", { class: "card-no" }, card.campus_no || card.uid));
    button.addEventListener("click", () => { fly(button); tap(card.uid); });
    return make("li", {}, button);
  }));
}
