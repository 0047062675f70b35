// The strip beside the phone: each question to the school and its answer, newest first.

import { make, moment } from "./make.js";

const LONGEST_STRIP = 60;
const VERDICTS = { genuine: "应答验签通过", false: "应答验签不符，不采信", none: "没有应答" };
const strip = document.getElementById("messages");
const empty = strip.firstElementChild;

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 1); } catch { return text; }
}

function headers(facts) {
  const list = make("dl", { class: "headers" });
  for (const [name, value] of Object.entries(facts)) {
    list.append(make("div", { class: name.startsWith("Nanhu-") ? "ours" : null }, make("dt", {}, name), make("dd", {}, value)));
  }
  return list;
}

function message(exchange) {
  const good = exchange.verdict === "genuine";
  return make("article", { class: "message" },
    make("p", { class: "stamp" }, make("span", {}, exchange.title), make("span", {}, moment(exchange.sent_at)),
      make("span", {}, `${exchange.milliseconds} ms`),
      make("span", { class: good ? "badge good" : "badge bad" }, VERDICTS[exchange.verdict])),
    make("div", { class: "half" },
      make("p", { class: "line" }, make("b", {}, "→ 请求 "), make("code", {}, exchange.request_line)),
      headers(exchange.request_headers),
      make("pre", { tabindex: "0", "aria-label": "请求正文" }, pretty(exchange.request_body))),
    make("div", { class: "half answer" },
      make("p", { class: "line" }, make("b", {}, "← 应答 "), make("code", {}, exchange.status ? `HTTP ${exchange.status}` : "—")),
      make("pre", { tabindex: "0", "aria-label": "应答正文" }, pretty(exchange.answer_body))));
}

export function showMessages(exchanges) {
  if (exchanges.length === 0) return;
  empty.remove();
  for (const exchange of exchanges) strip.prepend(message(exchange));
  while (strip.children.length > LONGEST_STRIP) strip.lastElementChild.remove();
  strip.scrollTop = 0;
}

export function wipe() {
  strip.replaceChildren(empty);
}
