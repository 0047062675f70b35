"""The outside apps in a real browser against this campus, as manual §4 and §6 walk through them: every step on the phone."""

import hashlib
import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from nanhu.platforms.payments.models import Channel
from nanhu.platforms.payments.tests.banks import EmulatedBank
from nanhu.systems.card.bank.models import Binding, OnlineTopUp
from nanhu.systems.card.bank.services import loads, top_ups
from nanhu.systems.card.bank.tests import windows
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, CARDS, ID_NUMBERS, PHONES, customers, prepare_campus
from nanhu.systems.card.bank.tests.phones import SECRET, last_code
from nanhu.systems.card.bank.tests.windows import open_window
from nanhu.systems.card.tests.conftest import CAST, bring_in_the_cast
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
APPS = {"yunshanfu": "云闪付", "wanxiao": "完美校园"}


class Outside(EmulatedBank):
    application = "nanhu.emulators.wallets.application:application"


@pytest.fixture
def outside(tmp_path, live_server):
    folk = [{**one, "campus_no": CAST[part][2]} for part, one in zip(CAST, customers(), strict=True)]
    apps = [{"key": key, "name": name, "secret": SECRET} for key, name in APPS.items()]
    bank = Outside(
        tmp_path,
        customers=folk,
        campus=live_server.url,
        campus_public=live_server.url,
        apps=apps,
        school="湖南理工学院",
        school_code="10543",
        city="岳阳",
    )
    bank.change(public=bank.url)
    try:
        yield bank.start()
    finally:
        bank.kill()


@pytest.fixture
def campus(transactional_db, outside, live_server, monkeypatch):
    path = top_ups.back_url().partition("/card/")[2]
    monkeypatch.setattr(top_ups, "back_url", lambda: f"{live_server.url}/card/{path}")
    made = prepare_campus(outside, bring_in_the_cast())
    for key, name in APPS.items():
        Channel.objects.create(key=key, kind="app", name=name, their_key=SECRET)
    return made


@pytest.fixture
def page(outside, campus, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with open_window(outside.url) as (made, faults):
        yield made
    assert faults == []


def look_at(page, name):
    windows.look_at(page, f"outside-{name}")


def tap(page, text):
    page.locator("#glass").get_by_role("button", name=text, exact=False).first.click()


def fill(page, **typed):
    for name, value in typed.items():
        page.locator(f"#glass [name={name}]").fill(value)


def accept_text(page):
    page.locator("#message button").click()


def register(page):
    tap(page, "获取验证码")
    accept_text(page)
    tap(page, "注册并登录")


def add_bank_card(page, part="student"):
    fill(page, card_number=CARDS[part])
    tap(page, "下一步")
    expect(page.locator("#glass [name=reserved]")).to_be_visible()
    fill(page, name=CAST[part][0], id_number=ID_NUMBERS[part], reserved=PHONES[part])
    look_at(page, "bank-card")
    tap(page, "同意协议并下一步")
    accept_text(page)
    tap(page, "开通在线支付")


def verify(page, part="student"):
    fill(page, name=CAST[part][0], campus_no=CAST[part][2], id_number=ID_NUMBERS[part])
    look_at(page, "verify")
    tap(page, "下一步")
    expect(page.locator("#glass")).to_contain_text("学校已把验证码发到")
    fill(page, code=last_code())
    tap(page, "添加电子校园卡")
    expect(page.locator("#glass")).to_contain_text("添加成功")


def tapped(outside, do, **typed):
    """One tap on 云闪付 of the student's phone, without a browser: what it said, whether that is good, and its message."""
    facts = {"app": "yunshanfu", "phone": PHONES["student"], "do": do, "typed": typed}
    headers = {"Content-Type": "application/json", "Origin": outside.url}
    asked = urllib.request.Request(f"{outside.url}/act", json.dumps(facts).encode(), headers)  # noqa: S310 - our own on 127.0.0.1
    with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
        said = json.load(answer)["result"]
    return said["sentence"], said["is_good"], "".join(re.findall(r"\d{6}", said["message"])), said["facts"]


@pytest.mark.capability("A084.1", "A084.2")
def test_the_simulated_wallet_believes_no_wrong_code_and_has_a_card_until_it_is_unbound(campus, outside):
    who = {"name": CAST["student"][0], "id_number": ID_NUMBERS["student"]}
    code = tapped(outside, "register")[2]
    assert tapped(outside, "sign_in", code="00000") == ("验证码不对", False, "", {})
    assert tapped(outside, "sign_in", code=code)[1]
    assert not tapped(outside, "bank_number", card_number=CARDS["student"][:-1] + "0")[1]
    assert tapped(outside, "bank_number", card_number=CARDS["student"])[1]
    assert not tapped(outside, "bank_person", reserved=PHONES["teacher"], **who)[1]
    code = tapped(outside, "bank_person", reserved=PHONES["student"], **who)[2]
    assert tapped(outside, "bank_sms", code=code)[1]
    assert not Binding.objects.exists(), "an account of the app alone is nothing to the school"
    assert tapped(outside, "school", school_code="10543")[3]["name"] == "湖南理工学院"
    assert not tapped(outside, "verify", campus_no=CAST["teacher"][2], **who)[1]
    assert tapped(outside, "verify", campus_no=CAST["student"][2], **who)[1]
    assert not tapped(outside, "bind", code="000000" if last_code() != "000000" else "000001")[1]
    assert tapped(outside, "bind", code=last_code())[1]
    assert tapped(outside, "code")[3]["code"].startswith("N1A")
    assert tapped(outside, "top_up", amount_fen=2050)[1]
    assert loads.held_fen(campus.card("student")) == 2050
    assert tapped(outside, "unbind")[1]
    assert not tapped(outside, "code")[1]


@pytest.mark.capability("A084.1", "A084.2")
def test_yunshanfu_from_registering_to_the_pay_code(page, campus):
    page.goto("/")
    expect(page.locator("#owner option")).to_have_count(len(CAST))
    look_at(page, "home")
    tap(page, "云闪付")
    expect(page.locator("#glass")).to_contain_text(f"本机号码 {PHONES['student']}")
    tap(page, "获取验证码")
    fill(page, code="00000")
    tap(page, "注册并登录")
    expect(page.locator("#glass .said")).to_contain_text("验证码不对")
    expect(page.locator("#glass")).not_to_contain_text("卡管理")
    accept_text(page)
    tap(page, "注册并登录")
    look_at(page, "yunshanfu")
    tap(page, "卡管理")
    tap(page, "添加银行卡")
    add_bank_card(page)
    expect(page.locator("#glass")).to_contain_text("尾号 8018")
    assert not Binding.objects.exists(), "an account of the app alone is nothing to the school"
    tap(page, "更多")
    tap(page, "岳阳市")
    tap(page, "校园服务")
    tap(page, "湖南理工学院")
    verify(page)
    look_at(page, "added")
    tap(page, "完成")
    tap(page, "收付款")
    expect(page.locator("#code-text")).to_contain_text("N1A")
    look_at(page, "pay-code")
    binding = Binding.objects.get(state="active")
    assert (binding.app.key, binding.device) == ("yunshanfu", "林小满的手机")
    assert page.locator("#messages .message").first.locator(".badge.good").count() == 1


@pytest.mark.capability("A086.1", "A086.2")
def test_the_school_is_found_in_its_city_and_a_deep_link_skips_the_way(page, campus, outside):
    page.goto("/#yunshanfu")
    register(page)
    tap(page, "更多")
    tap(page, "长沙市")
    tap(page, "校园服务")
    expect(page.locator("#glass")).to_contain_text("这座城市还没有开通的学校")
    expect(page.locator("#glass")).not_to_contain_text("湖南理工学院")
    page.goto("/#yunshanfu")
    page.reload()
    tap(page, "更多")
    tap(page, "岳阳市")
    expect(page.locator("#glass")).to_contain_text("更多 · 岳阳市")
    tap(page, "校园服务")
    tap(page, "湖南理工学院")
    expect(page.locator("#glass [name=id_number]")).to_be_visible()
    expect(page.locator("#glass")).to_contain_text("湖南理工学院")

    Channel.objects.filter(key="wanxiao").update(address=f"{outside.url}/#wanxiao/{{school}}")
    start = campus.client("student").get("/card/bank/start/").content.decode()
    link = f"{outside.url}/#wanxiao/10543"
    assert f'href="{link}"' in start
    page.goto("about:blank")
    page.goto(link)
    register(page)
    expect(page.locator("#glass [name=id_number]")).to_be_visible()
    expect(page.locator("#glass")).to_contain_text("湖南理工学院")


@pytest.mark.capability("A154.1", "A154.2", "A151.1")
def test_wanxiao_from_the_school_to_a_recharge_details_and_loss(page, campus):
    page.goto("/#wanxiao")
    register(page)
    tap(page, "搜索")
    tap(page, "绑定校园卡")
    verify(page)
    tap(page, "完成")
    expect(page.locator(".vcard")).to_contain_text("林小满")
    expect(page.locator(".vcard")).to_contain_text(CAST["student"][2])
    expect(page.locator(".vcard")).to_contain_text("¥ 0.00")
    look_at(page, "wanxiao")
    tap(page, "在线充值")
    tap(page, "去绑卡")
    add_bank_card(page)
    tap(page, "在线充值")
    look_at(page, "recharge")
    assert page.locator("#glass .sum").all_inner_texts() == ["¥ 50.00", "¥ 100.00", "¥ 200.00", "¥ 300.00"]
    tap(page, "¥ 50.00")
    tap(page, "确认充值")
    expect(page.locator("#glass")).to_contain_text("充值成功")
    look_at(page, "recharged")
    assert OnlineTopUp.objects.get().state == "credited"
    assert loads.held_fen(campus.card("student")) == 5000
    assert campus.bank_balance("student") == BEGINNING_FEN - 5000
    tap(page, "完成")
    expect(page.locator(".vcard")).to_contain_text("待领 ¥ 50.00")
    tap(page, "在线充值")
    fill(page, sum="20.5")
    tap(page, "确认充值")
    expect(page.locator("#glass")).to_contain_text("充值成功")
    expect(page.locator("#glass")).to_contain_text("¥ 20.50")
    assert loads.held_fen(campus.card("student")) == 7050
    tap(page, "完成")
    tap(page, "在线充值")
    for beyond in ("900", "500.01", "0.99"):
        fill(page, sum=beyond)
        tap(page, "确认充值")
        expect(page.locator("#glass .said")).to_contain_text("单次")
        page.locator("#glass .said").evaluate("one => one.remove()")
    assert campus.bank_balance("student") == BEGINNING_FEN - 7050
    page.click("#back")
    tap(page, "交易明细")
    expect(page.locator("#glass")).to_contain_text("还没有交易")
    page.click("#back")
    tap(page, "校园资讯")
    expect(page.locator("#glass")).to_contain_text("校园资讯")
    page.click("#back")
    tap(page, "在线挂失")
    tap(page, "确认挂失")
    expect(page.locator(".vcard")).to_contain_text("已挂失")


def test_the_banks_own_app_sends_money_to_a_campus_card(page, campus):
    page.goto("/#abc")
    register(page)
    tap(page, "添加银行卡")
    add_bank_card(page)
    tap(page, "校园卡充值")
    fill(page, campus_no=CAST["student"][2])
    tap(page, "下一步")
    expect(page.locator("#glass")).to_contain_text("**满")
    fill(page, sum="20.5")
    look_at(page, "bank-sum")
    tap(page, "确认充值")
    expect(page.locator("#glass")).to_contain_text("转账成功")
    look_at(page, "bank-sent")
    assert loads.held_fen(campus.card("student")) == 2050


def payout_text(*lines):
    """A file as finance downloads it: number, payee's token, sum in yuan."""
    head = f"H,nanhu-payout-1,P1,2026-11-25,{len(lines)},{sum(float(fen) for *_rest, fen in lines):.2f}"
    rows = [
        f"D,{place},{number},食堂账户,{token},0042,{fen},结算" for place, (number, token, fen) in enumerate(lines, 1)
    ]
    text = "".join(f"{line}\r\n" for line in (head, *rows))
    total = head.rpartition(",")[2]
    return text + f"T,{len(lines)},{total},{hashlib.sha256(text.encode()).hexdigest()}\r\n"


def hand_in(page, text):
    page.locator("#file").set_input_files({"name": "P1.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="付款", exact=True).click()


def test_the_school_hands_a_payout_file_in_at_the_bank_and_takes_the_result_home(page, campus):
    page.goto("/")
    page.get_by_role("link", name="企业网银").click()
    expect(page.locator("#none")).to_be_visible()
    look_at(page, "bank-empty")
    text = payout_text(("S1", "shop-1", "1234.50"), ("S2", "shop-2", "3.00"))
    page.locator("#returned").fill("S2")
    hand_in(page, text)
    expect(page.locator("#result")).to_contain_text("付成 1 笔，¥ 1,234.50")
    expect(page.locator("#result")).to_contain_text("没有付成：S2")
    expect(page.locator("#rows tr")).to_have_count(1)
    moment, *_between, sum_ = page.locator("#rows td").all_inner_texts()
    assert sum_ == "−¥ 1,234.50"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", moment)
    look_at(page, "bank-paid")
    with page.expect_download() as file:
        page.get_by_role("link", name="下载结果文件").click()
    assert "S2,3.00,失败,,,收款账户已销户" in Path(file.value.path()).read_text("utf-8-sig")
    hand_in(page, text)
    expect(page.locator("#result")).to_contain_text("这个文件交过了，不再付款")
    expect(page.locator("#rows tr")).to_have_count(1)
