// What both campus apps do: registering, binding the school's card, recharging, details, loss, news, appeal.

import { make } from "./make.js";
import { button, cardFace, done, field, form, rowsOf, screen, sheet, steps, sums, tile } from "./parts.js";
import { yuan } from "./yuan.js";

export function registering(phone, name) {
  const isCoded = phone.local.coded;
  const get = form([make("p", { class: "small" }, `本机号码 ${phone.number}`)], "获取验证码", async () => {
    await phone.act("register");
    phone.local.coded = true;
    phone.draw();
  });
  const enter = form([field("短信验证码", "code", { inputmode: "numeric", maxlength: "6" })], "注册并登录", async (typed) => {
    await phone.act("sign_in", typed);
    phone.draw();
  });
  return screen(`${name} · 新用户注册`, isCoded ? enter : get);
}

const BANK_STEPS = ["银行卡号", "个人信息", "短信验证"];

export function bankCard(phone) {
  const step = { person: 1, sms: 2 }[phone.memory.bank_step] ?? 0;
  const forms = [
    () => form([field("银行卡号（拍照或手动输入）", "card_number", { inputmode: "numeric" })], "下一步", (typed) => next(phone, "bank_number", typed)),
    () => form([make("p", { class: "small" }, `尾号 ${phone.memory.tail} · 实名认证`), field("姓名", "name"), field("证件号", "id_number"), field("银行预留手机号", "reserved", { inputmode: "numeric" })],
      "同意协议并下一步", (typed) => next(phone, "bank_person", typed)),
    () => form([field("银行发来的验证码", "code", { inputmode: "numeric", maxlength: "6" })], "开通在线支付", (typed) => next(phone, "bank_sms", typed)),
  ];
  return screen("添加银行卡", steps(BANK_STEPS, step), forms[step](), make("p", { class: "small" }, "卡号只用来向银行核验，应用里只留代号和末四位。"));
}

async function next(phone, action, typed) {
  const result = await phone.act(action, typed);
  if (result.is_good && phone.memory.bank_step === "done") phone.go("main");
  else phone.draw();
}

export function verifying(phone) {
  if (phone.memory.pending_binding && phone.local.verified) {
    return screen("身份验证", form([make("p", { class: "small" }, `学校已把验证码发到 ${phone.local.verified}（学校登记的手机）。`), field("短信验证码", "code", { inputmode: "numeric", maxlength: "6" })],
      "添加电子校园卡", async (typed) => {
        const result = await phone.act("bind", typed);
        if (result.is_good) phone.go("added", result.facts);
        else phone.draw();
      }), button("重新填写", () => { phone.local.verified = ""; phone.draw(); }, "plain"));
  }
  return screen("身份验证", form([make("p", { class: "small" }, phone.memory.school?.name ?? ""), field("姓名", "name"), field("学号 / 工号", "campus_no"), field("证件号", "id_number"),
    field("这部手机的名字", "device", { value: phone.local.device })], "下一步", async (typed) => {
    const result = await phone.act("verify", typed);
    if (result.is_good) phone.local.verified = result.facts.phone;
    phone.draw();
  }), make("p", { class: "small" }, "连续三次不一致会锁定，防止别人冒绑。"), button("我的卡被别人绑了，申诉", () => phone.go("appeal"), "plain"));
}

export function added(phone, facts) {
  return screen("添加电子校园卡", ...done("添加成功", [`${facts.name} · ${facts.campus_no}`, `绑定在 ${facts.device}`], button("完成", () => phone.go("main"))));
}

export function charging(phone) {
  const school = phone.memory.school;
  if (!phone.memory.bank_token) return screen("在线充值", sheet(make("p", {}, "先绑定一张银行卡，用它付款。"), button("去绑卡", () => phone.go("bank"))));
  const request = crypto.randomUUID().replaceAll("-", "");
  return screen("在线充值", make("p", { class: "small" }, `付款：尾号 ${phone.memory.tail} 的银行卡`), sums(school.presets_fen, school, async (fen) => {
    const result = await phone.act("top_up", { request, amount_fen: fen });
    if (result.is_good) phone.go("charged", result.facts);
    else phone.say(result.sentence, false);
  }));
}

export function charged(phone, facts) {
  return screen("在线充值", ...done(facts.state === "credited" ? "充值成功" : "支付成功，学校正在入账", [yuan(facts.amount_fen), facts.state_name, `订单 ${facts.order}`],
    button("完成", () => phone.go("main")), button("看明细", () => phone.go("rows"), "plain")));
}

export async function details(phone) {
  const result = await phone.act("rows");
  return screen("交易明细", sheet(rowsOf(result.facts.rows ?? [])));
}

export function losing(phone) {
  return screen("在线挂失", sheet(make("p", {}, "挂失后联网的消费机马上拒绝这张卡，余额还是您的；在应用里不能解挂。"), button("确认挂失", async () => {
    const result = await phone.act("loss");
    phone.say(result.is_good ? "已挂失" : result.sentence, result.is_good);
    phone.go("main");
  }, "danger")));
}

export async function reading(phone) {
  const result = await phone.act("news");
  const news = result.facts.news ?? [];
  return screen("校园资讯", sheet(news.length ? make("ul", { class: "rows" }, ...news.map((one) => make("li", {}, make("span", {}, one.title, make("br", {}),
    make("small", {}, new Date(one.at * 1000).toLocaleDateString("zh-CN", { timeZone: "Asia/Shanghai" })))))) : make("p", { class: "small" }, "暂无")));
}

export function appealing(phone) {
  return screen("误绑申诉", form([field("学号 / 工号", "campus_no"), field("姓名", "name"), field("联系电话", "phone", { inputmode: "numeric" }),
    make("label", {}, "情况说明", make("textarea", { name: "text" }))], "提交申诉", async (typed) => {
    const result = await phone.act("appeal", typed);
    phone.say(result.is_good ? result.facts.sentence : result.sentence, result.is_good);
    phone.go("main");
  }));
}

// The card's face, fresh at each entering (重新进入刷新余额), with what can be done about it.
export async function holding(phone, title, tiles) {
  const result = await phone.act("look");
  if (!result.is_good) return screen(title, sheet(make("p", {}, result.sentence), button("添加电子校园卡", () => phone.go("verify"))));
  return screen(title, cardFace(result.facts), make("div", { class: "tiles" }, ...tiles.map(([sign, text, to]) => tile(sign, text, () => phone.go(to)))),
    make("p", { class: "small" }, "姓名、学号、余额都显示出来，就说明绑定正常。"), button("解除绑定", async () => { await phone.act("unbind"); phone.go("main"); }, "plain"));
}

export const SHARED = { bank: bankCard, verify: verifying, added, charge: charging, charged, rows: details, loss: losing, news: reading, appeal: appealing };
