"""Our own pages in a real browser, on a phone and on a desk: what the outside app does, done without it (A152), and how each looks."""

import pytest
from playwright.sync_api import expect

from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.messages import api as messages
from nanhu.platforms.payments.models import Channel
from nanhu.platforms.payments.services import reconciliation
from nanhu.systems.card.bank.models import Appeal, OnlineTopUp
from nanhu.systems.card.bank.services import loads
from nanhu.systems.card.bank.tests import windows
from nanhu.systems.card.bank.tests.conftest import CARDS, drive
from nanhu.systems.card.bank.tests.phones import Phone
from nanhu.systems.card.bank.tests.windows import open_window
from nanhu.systems.card.tests.conftest import CAST, PASSWORD, SYSTEM, make_finance
from nanhu.testing.scanner import read_codes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
BANK = "/card/bank/"


@pytest.fixture
def page(campus, live_server, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with open_window(live_server.url) as (made, faults):
        yield made
    assert [fault for fault in faults if "422" not in fault] == []  # a form refused


def sign_in(page, part):
    identity_sample.set_password_for_sample(by=SYSTEM, campus_no=CAST[part][2], password=PASSWORD)
    page.goto("/sign-in")
    page.fill("[name=username]", CAST[part][2])
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def look_at(page, name):
    windows.look_at(page, f"bank-{name}")


def visit(page, path, name):
    answer = page.goto(path)
    assert answer.status == 200, path
    look_at(page, name)


@pytest.mark.capability("A152.1", "A154.1", "A154.2", "A151.2")
def test_recharge_details_news_and_loss_are_all_in_our_own_pages(page, campus):
    messages.publish_notice(by=SYSTEM, title="食堂新增窗口", body="明天起")
    campus.top_up("student", 3000)
    campus.pay("student", 600)
    sign_in(page, "student")
    page.goto("/card/")
    look_at(page, "home")
    page.get_by_role("link", name="在线充值").first.click()
    look_at(page, "top-up")
    for preset in ("50", "100", "200", "300"):
        page.get_by_role("button", name=f"{preset} 元", exact=True).click()
        expect(page.locator("#id_amount")).to_have_value(preset)
    page.fill("#id_amount", "900")
    page.get_by_role("button", name="下单，去付款").click()
    expect(page.locator("main")).to_contain_text("500")
    assert OnlineTopUp.objects.count() == 0
    page.fill("#id_amount", "33.50")
    page.get_by_role("button", name="下单，去付款").click()
    expect(page.get_by_alt_text("付款二维码")).to_be_visible()
    look_at(page, "top-up-waiting")
    assert read_codes(page.content()) == [OnlineTopUp.objects.get().address]
    campus.bank.do("pay", tn=OnlineTopUp.objects.get().tn, card=CARDS["student"])
    expect(page.locator("#order")).to_contain_text("充值成功")
    look_at(page, "top-up-done")
    assert loads.held_fen(campus.card("student")) == 3000 - 600 + 3350
    page.goto("/card/")
    page.get_by_role("link", name="交易明细").first.click()
    expect(page.locator("main")).to_contain_text("6.00")
    expect(page.locator("main")).to_contain_text("33.50")
    look_at(page, "details")
    page.goto("/card/")
    page.get_by_role("link", name="校园资讯").first.click()
    expect(page.locator("main")).to_contain_text("食堂新增窗口")
    page.goto("/card/")
    page.get_by_role("link", name="挂失").first.click()
    page.get_by_role("button", name="确认挂失").click()
    expect(page.locator("main")).to_contain_text("已挂失")
    assert campus.pay("student", 100) == "card_lost"


def test_the_other_pages_of_the_holder(page, campus):
    Channel.objects.create(
        key="yunshanfu", kind="app", name="云闪付", their_key="00", address="http://localhost:8006/#yunshanfu/{school}"
    )
    phone = Phone()
    phone.bind("student")
    for _time in range(3):
        Phone(user="u-9").verify("student", name="谁")
    sign_in(page, "student")
    visit(page, BANK + "agreement/", "agreement-none")
    visit(page, BANK + "agreement/card/", "bank-card")
    page.fill("[name=card_number]", CARDS["teacher"])
    page.get_by_role("button", name="送银行核验").click()
    expect(page.locator("main")).to_contain_text("四项不一致")
    look_at(page, "agreement-refused")
    visit(page, BANK + "phones/", "phones")
    visit(page, BANK + "phones/appeal/", "appeal")
    visit(page, BANK + "check/", "check")
    visit(page, BANK + "start/", "start")
    campus.agree("student")
    visit(page, BANK + "agreement/", "agreement")
    visit(page, BANK + "agreement/cancel/", "cancel")


def test_the_pages_of_the_office(page, campus, bank):
    Phone().bind("student")
    Appeal.objects.create(
        app=Channel.objects.get(key="wanxiao"),
        campus_no=CAST["student"][2],
        name="林小满",
        phone="139",
        text="不是我绑的",
    )
    for part in ("student", "teacher"):
        campus.agree(part)
        loads.ask_load(by=SYSTEM, card=campus.card(part), amount_fen=3000, terminal=None)
    bank.fault("debit", "silent_before")
    drive()
    bank.fault("transfer", "silent_after")
    bank.do("transfer", card=CARDS["clerk"], campus_no=CAST["student"][2], amount_fen=5000)
    (found, *_more) = [one for one in reconciliation.bank_differences(campus_today()) if one.kind == "only_theirs"]
    make_finance(campus, "clerk")
    sign_in(page, "clerk")
    for path in ("", "unsigned/", "unclaimed/", "appeals/", f"appeals/{Appeal.objects.get().public_id}/"):
        visit(page, f"{BANK}desk/{path}", f"desk-{path.split('/')[0]}")
    for path in (
        "",
        "agreements/",
        "bulk/",
        "payouts/",
        "deposits/",
        "days/",
        "vouchers/",
        "trial/",
        "channels/",
        "apps/",
    ):
        visit(page, f"/payments/{path}", f"payments-{path.strip('/')}")
    visit(page, f"/payments/differences/{found.public_id}/", "payments-difference")
    visit(page, f"{BANK}desk/loads/{loads.Load.objects.latest('pk').number}/", "desk-load")
