// The paper that comes out of the top: a slip for one deed, a list after an upload.

import { yuan } from "./keypad.js";
import { make, moment } from "./make.js";

const paper = document.getElementById("paper");

export function tear() {
  paper.hidden = true;
  paper.replaceChildren();
}

function print(label, ...content) {
  tear();
  void paper.offsetHeight; // so that printing starts anew
  const scroll = make("div", { class: "paper-text", role: "group", "aria-label": label, tabindex: "0" }, ...content);
  paper.append(scroll, make("button", { type: "button", class: "tear", click: tear }, "撕下"));
  paper.hidden = false;
}

function lines(facts) {
  const list = make("dl");
  for (const [name, value, kind] of facts) {
    if (value === null || value === undefined || value === "") continue;
    list.append(make("div", { class: kind }, make("dt", {}, name), make("dd", {}, value)));
  }
  return list;
}

export function printSlip(school, terminal, slip) {
  print(
    slip.title,
    make("p", { class: "paper-head" }, make("span", {}, school), make("strong", {}, slip.title)),
    lines([
      ["商户", [terminal.canteen, terminal.merchant].filter(Boolean).join(" · ")],
      ["终端", terminal.number],
      ["卡", slip.card],
      ["流水号", String(slip.sequence)],
      ["凭证号", slip.receipt],
      ["金额", yuan(slip.amount_fen), "paper-amount"],
      ["余额", slip.balance_fen === null ? null : yuan(slip.balance_fen)],
      ["时间", moment(slip.at)],
    ]),
  );
}

export function printRows(school, terminal, rows) {
  const list = make("ol", { class: "paper-rows" });
  for (const row of rows) {
    const owed = row.owed_fen ? `，其中 ${yuan(row.owed_fen)} 记欠` : "";
    const word = row.outcome === "approved" ? `入账${owed}` : row.sentence + (row.is_settled ? "" : "，仍存本机");
    list.append(make("li", {},
      make("span", { class: "paper-row" }, make("span", {}, `#${row.sequence} 卡${row.card}`), make("b", {}, yuan(row.amount_fen))),
      make("span", {}, (row.outcome === "approved" ? "✓ " : "✗ ") + word)));
  }
  print(
    "上传清单",
    make("p", { class: "paper-head" }, make("span", {}, school), make("strong", {}, "上传清单")),
    lines([["终端", terminal.number], ["笔数", String(rows.length)]]),
    list,
  );
}
