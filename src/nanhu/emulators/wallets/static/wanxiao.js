// 完美校园, as the manual walks through it (§6): register by phone, choose the school, bind, home with name, number and balance.

import { make } from "./make.js";
import { SHARED, holding, registering } from "./common.js";
import { button, field, form, screen, sheet } from "./parts.js";

const NAME = "完美校园";

async function main(phone) {
  if (!phone.memory.is_registered) return registering(phone, NAME);
  if (!phone.memory.school) return choosing(phone);
  if (!phone.memory.binding) {
    return screen(NAME, sheet(make("h3", {}, phone.memory.school.name), make("p", {}, "完善个人资料，绑定校园卡"), button("绑定校园卡", () => phone.go("verify"))));
  }
  return holding(phone, NAME, [["充", "在线充值", "charge"], ["明", "交易明细", "rows"], ["失", "在线挂失", "loss"], ["讯", "校园资讯", "news"]]);
}

function choosing(phone) {
  return screen("选择学校", form([field("学校名称或代码", "school_code", { value: phone.facts.school_code })], "搜索", async (typed) => {
    const result = await phone.act("school", typed);
    if (result.is_good) phone.go("main");
    else phone.say(result.sentence, false);
  }), make("p", { class: "small" }, `${phone.facts.school}的代码是 ${phone.facts.school_code}`));
}

export const WANXIAO = { ...SHARED, main };
