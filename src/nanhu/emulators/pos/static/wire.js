// The strip beside the device: each message as it went, newest first.

import { make, moment } from "./make.js";

const LONGEST_STRIP = 60;
const VERDICTS = { genuine: "应答验签通过", false: "应答验签不符，不采信", unsigned: "应答没有签名", none: "" };
const strip = document.getElementById("messages");
const empty = strip.firstElementChild;

function headers(facts) {
  const list = make("dl", { class: "headers" });
  for (const [name, value] of Object.entries(facts)) {
    const mine = name.startsWith("Nanhu-") ? "ours" : null;
    list.append(make("div", { class: mine }, make("dt", {}, name), make("dd", {}, value)));
  }
  return list;
}

function answer(exchange) {
  if (exchange.error) return make("p", { class: "lost" }, exchange.error);
  return make("div", { class: "half answer" },
    make("p", { class: "line" }, make("b", {}, "← 应答 "), make("code", {}, `HTTP ${exchange.status}`)),
    headers(exchange.answer_headers),
    make("pre", { tabindex: "0", "aria-label": "应答正文" }, exchange.answer_body));
}

// The same request again gets the same bytes: worth seeing.
let previous = null;

function isSame(exchange) {
  const same = previous !== null && exchange.status === 200 && exchange.answer_body === previous.answer_body
    && exchange.request_headers["Nanhu-Signature"] === previous.request_headers["Nanhu-Signature"];
  previous = exchange;
  return same;
}

function message(exchange) {
  const good = exchange.verdict === "genuine" && exchange.status === 200;
  return make("article", { class: "message" },
    make("p", { class: "stamp" },
      make("span", {}, moment(exchange.sent_at)),
      make("span", {}, `${exchange.milliseconds} ms`),
      make("span", { class: good ? "badge good" : "badge bad" }, exchange.error ? "没有应答" : `${exchange.status} · ${VERDICTS[exchange.verdict]}`)),
    make("div", { class: "half" },
      make("p", { class: "line" }, make("b", {}, "→ 请求 "), make("code", {}, exchange.request_line)),
      headers(exchange.request_headers),
      make("pre", { tabindex: "0", "aria-label": "请求正文" }, exchange.request_body)),
    make("details", {},
      make("summary", {}, "签名原文"),
      make("p", { class: "note" }, "HMAC-SHA256（终端密钥，下面七行）= Nanhu-Signature"),
      make("pre", { tabindex: "0", "aria-label": "签名原文" }, exchange.signed_text)),
    answer(exchange),
    isSame(exchange) ? make("p", { class: "same" }, "请求、应答都与前一条逐字节相同，没有再扣款") : null);
}

export function showSilence(text) {
  empty.remove();
  strip.prepend(make("p", { class: "silence" }, text));
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
