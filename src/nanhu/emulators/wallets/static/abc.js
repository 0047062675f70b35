// The bank's own app: money straight to a campus card. The school hears of it at once, and again in the file of the day.

import { make } from "./make.js";
import { SHARED, registering } from "./common.js";
import { button, done, field, form, screen, sheet, sums, tile } from "./parts.js";
import { yuan } from "./yuan.js";

const LIMITS = { smallest_fen: 100, largest_fen: 50000 };

function main(phone) {
  if (!phone.memory.is_registered) return registering(phone, "农业银行");
  if (!phone.memory.bank_token) return screen("农业银行", sheet(make("p", {}, "先添加本人的银行卡"), button("添加银行卡", () => phone.go("bank"))));
  return screen("农业银行", sheet(make("p", {}, `借记卡 · 尾号 ${phone.memory.tail}`)), make("div", { class: "tiles" },
    tile("校", "校园卡充值", () => phone.go("target")), tile("转", "转账", () => phone.say("未开放", false)),
    tile("查", "账户", () => phone.say(`尾号 ${phone.memory.tail}`, true)), tile("贷", "贷款", () => phone.say("未开放", false))));
}

function target(phone) {
  return screen("校园卡充值", form([make("p", { class: "small" }, phone.facts.school), field("学号 / 工号", "campus_no")], "下一步", async (typed) => {
    const result = await phone.act("look_number", typed);
    if (result.is_good) phone.go("sum", { ...result.facts, campus_no: typed.campus_no });
    else phone.say(result.sentence, false);
  }));
}

function sum(phone, facts) {
  return screen("校园卡充值", sheet(make("p", {}, `收款人 ${facts.name}`), make("p", { class: "small" }, `学工号 ${facts.campus_no}`)),
    sums([5000, 10000, 20000, 30000], { ...LIMITS, largest_fen: facts.largest_fen }, async (fen) => {
      const result = await phone.act("transfer", { campus_no: facts.campus_no, amount_fen: fen });
      if (result.is_good) phone.go("sent", { ...result.facts, fen });
      else phone.say(result.sentence, false);
    }));
}

const sent = (phone, facts) => screen("校园卡充值", ...done("转账成功", [yuan(facts.fen), facts.sentence, `流水号 ${facts.reference}`], button("完成", () => phone.go("main"))));

export const ABC = { ...SHARED, main, target, sum, sent };
