// The school's account at the bank: a file goes in, a result comes back, movements stand below.

import { make } from "./make.js";
import { fenOf } from "./money.js";
import { yuan } from "./yuan.js";

const KINDS = { debit: "圈存扣款", reversal: "圈存冲正", pay_out: "代付", transfer_in: "银行 APP 充值", cash_in: "缴存现金", settlement_in: "银联结算款" };
const BY_REFERENCE = new Set(["transfer_in", "cash_in", "settlement_in"]);
const OUT = new Set(["pay_out", "reversal"]);
const result = document.getElementById("result"), broken = document.getElementById("broken");
// Seen from the school's account: what goes out with a minus, what comes in with a plus.
const signed = (one) => `${OUT.has(one.kind) ? "−" : "+"}${yuan(one.fen)}`;
const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const when = (one) => `${one.day}${one.at ? ` ${clock.format(one.at * 1000)}` : ""}`;

async function ask(path, options = {}) {
  const answer = await fetch(path, options);
  return [answer.ok, await answer.json()];
}

async function showBooks() {
  const [isGood, said] = await ask("/books");
  if (!isGood) throw new Error(said.sentence);
  document.getElementById("held").textContent = said.held.outcome === "done" ? `账户余额 ${yuan(said.held.amount_fen)}` : "账户余额：没有";
  document.getElementById("none").hidden = said.movements.length > 0;
  document.getElementById("rows").replaceChildren(...said.movements.map((one) => make("tr", {},
    make("td", {}, when(one)), make("td", {}, KINDS[one.kind] ?? one.kind), make("td", {}, BY_REFERENCE.has(one.kind) ? one.reference : one.request), make("td", { class: OUT.has(one.kind) ? "sum" : "sum good" }, signed(one)))));
}

function showResult(isGood, said) {
  if (!isGood) { result.replaceChildren(make("p", { class: "bad" }, said.sentence)); return; }
  const file = URL.createObjectURL(new Blob(["\ufeff", said.file], { type: "text/csv" }));
  result.replaceChildren(
    make("p", { class: "good" }, `${said.is_known ? "这个文件交过了，不再付款。" : ""}付成 ${said.paid} 笔，${yuan(said.fen)}；银行流水号 ${said.reference}`),
    said.unpaid.length ? make("p", { class: "bad" }, `没有付成：${said.unpaid.join(" ")}`) : null,
    make("p", {}, make("a", { class: "quiet", href: file, download: `${said.reference}-result.csv` }, "下载结果文件")));
}

document.getElementById("hand").addEventListener("submit", async (event) => {
  event.preventDefault();
  const content = await document.getElementById("file").files[0].text();
  const returned = document.getElementById("returned").value.split(/\s+/).filter(Boolean);
  const [isGood, said] = await ask("/file", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ content, returned }) });
  showResult(isGood, said);
  await showBooks();
});

document.getElementById("bring").addEventListener("submit", async (event) => {
  event.preventDefault();
  const facts = { kind: document.getElementById("kind").value, fen: fenOf(document.getElementById("yuan").value) };
  if (facts.fen === null) { document.getElementById("brought").replaceChildren(make("p", { class: "bad" }, "金额写成 12.50 或 1,234.50 这样的数字")); return; }
  const [isGood, said] = await ask("/bring", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(facts) });
  document.getElementById("brought").replaceChildren(make("p", { class: isGood ? "good" : "bad" }, isGood ? `已存入 ${yuan(said.amount_fen)}，银行流水号 ${said.reference}` : said.sentence));
  await showBooks();
});

showBooks().catch((error) => { broken.textContent = error.message; broken.hidden = false; });
