// 云闪付, as the manual walks through it (§4): register, bank card, city and school, identity, campus card, pay code.

import { make } from "./make.js";
import { SHARED, holding, registering } from "./common.js";
import { button, cardFace, done, screen, sheet, tile } from "./parts.js";

const NAME = "云闪付";

function main(phone) {
  if (!phone.memory.is_registered) return registering(phone, NAME);
  const card = phone.memory.bank_token ? `尾号 ${phone.memory.tail}` : "未绑卡";
  return screen(NAME, make("div", { class: "tiles" },
    tile("码", "收付款", () => phone.go("pay")), tile("卡", "卡管理", () => phone.go("cards")),
    tile("校", "校园卡", () => phone.go(phone.memory.binding ? "card" : "city")), tile("多", "更多", () => phone.go("more"))),
  sheet(make("p", {}, `银行卡：${card}`), make("p", {}, phone.memory.binding ? "电子校园卡：已添加" : "电子校园卡：未添加")),
  button("退出登录", async () => { await phone.act("sign_out"); phone.local.coded = false; phone.draw(); }, "plain"));
}

function cards(phone) {
  if (!phone.memory.bank_token) return screen("卡管理", sheet(make("p", { class: "small" }, "还没有银行卡"), button("＋ 添加银行卡", () => phone.go("bank"))));
  return screen("卡管理", sheet(make("h3", {}, phone.facts.bank), make("p", {}, `借记卡 · 尾号 ${phone.memory.tail}`), make("p", { class: "small" }, "已开通在线支付")),
    button("＋ 添加银行卡", () => phone.go("bank"), "plain"));
}

function city(phone) {
  const cities = [phone.facts.city, "长沙", "北京", "上海"];
  return screen("选择城市", sheet(make("p", { class: "small" }, "选择学校所在的城市"), ...cities.map((name) => button(`${name}市`, () => {
    phone.local.city = name;
    phone.go("more");
  }, name === phone.facts.city ? "" : "plain"))));
}

function more(phone) {
  if (!phone.local.city) return city(phone);
  return screen(`更多 · ${phone.local.city}市`, make("div", { class: "tiles" }, tile("校", "校园服务", () => phone.go("schools")), tile("车", "乘车码", () => phone.say("本市乘车码未开通", false)),
    tile("医", "医疗", () => phone.say("未开通", false)), tile("缴", "生活缴费", () => phone.say("未开通", false))));
}

function schools(phone) {
  const here = phone.local.city === phone.facts.city;
  return screen("校园服务", sheet(here ? button(phone.facts.school, async () => {
    const result = await phone.act("school", { school_code: phone.facts.school_code });
    if (result.is_good) phone.go(phone.memory.binding ? "card" : "verify");
    else phone.say(result.sentence, false);
  }) : make("p", { class: "small" }, "这座城市还没有开通的学校")));
}

const card = (phone) => holding(phone, "电子校园卡", [["充", "充值", "charge"], ["明", "明细", "rows"], ["码", "付款码", "pay"], ["失", "挂失", "loss"]]);

async function pay(phone) {
  if (!phone.memory.binding) return screen("收付款", sheet(make("p", {}, "先添加电子校园卡，就能在食堂付款、开宿舍门。"), button("去添加", () => phone.go("city"))));
  const result = await phone.act("code", { kind: "card" });
  const look = await phone.act("look");
  if (!result.is_good) return screen("收付款", sheet(make("p", {}, result.sentence || look.sentence)));
  phone.again(result.facts.seconds * 1000 - 3000);
  return screen("收付款", sheet(make("h3", { class: "centre" }, "电子校园卡"),
    make("img", { class: "qr", alt: "付款、开门都用这个码", src: `/qr.svg?text=${result.facts.code}` }),
    make("p", { class: "centre small", id: "code-text" }, result.facts.code), make("p", { class: "centre small" }, "食堂付款、宿舍开门都用它；一分钟内有效，只能用一次，自动刷新")),
  cardFace(look.facts), button("换一个码", () => phone.draw(), "plain"));
}

function cashier(phone) {
  const tn = phone.local.tn;
  if (!phone.memory.is_registered) return registering(phone, NAME);
  if (!phone.memory.bank_token) return SHARED.bank(phone);
  return screen("付款给学校", sheet(make("p", {}, `校园卡充值 · ${phone.facts.school}`), make("p", { class: "small" }, `付款：尾号 ${phone.memory.tail} 的银行卡`), button("确认付款", async () => {
    const result = await phone.act("pay_code", { tn });
    if (result.is_good) phone.go("paid");
    else phone.say(result.sentence, false);
  })));
}

const paid = (phone) => screen("付款给学校", ...done("支付成功", ["学校的页面会自己显示结果"], make("a", { class: "centre", href: `${phone.facts.campus}/card/` }, "返回校园卡"), button("完成", () => { phone.local.tn = ""; phone.go("main"); })));

export const YUNSHANFU = { ...SHARED, main, cards, city, more, schools, card, pay, cashier, paid };
