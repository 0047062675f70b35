"""Vendors, walked: registered at the desk, sandbox and sale by a program over HTTP, documentation read, a consent given."""

import re

import pytest
from playwright.sync_api import Page, expect

from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.ledger.queries import check_ledger
from nanhu.platforms.openapi.services import webhooks
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.tests.conftest import CAST, PASSWORD, SYSTEM, bring_in_the_cast
from nanhu.systems.card.vendors.tests.conftest import Phone, Shop, register
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import on_console_error, open_browser, sign_in_by_form
from tests.journeys.vendor_program import Program, tries_the_sandbox

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SECRET = re.compile(r"nanhu_(?:live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z_-]{43}")
FIRST_TAPS = [("link", "启用"), ("button", "在这部手机上启用")]


@pytest.fixture
def campus(live_server):
    campus = bring_in_the_cast()
    for part in ("teacher", "student"):
        identity_sample.set_password_for_sample(by=SYSTEM, campus_no=CAST[part][2], password=PASSWORD)
    account = identity.account_of(campus.persons["teacher"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role="openapi.keeper")
    campus.top_up("student", 10_000)
    vendor = register("湘味点餐", units=())
    webhooks.set_webhook(by=SYSTEM, vendor=vendor, mode="test", url="https://order.example/nanhu/hook")
    live, sandbox, phone = Shop(vendor), Shop(vendor, mode="test"), Phone(campus.persons["student"])
    live.pay(850, code=phone.code(), reference="A-1001")
    live.pay(850, code="N1P0000000000")
    sandbox.pay(1200, code="SANDBOX-OK", merchant="sandbox.shop")
    sandbox.pay(1200, code="SANDBOX-LOST", merchant="sandbox.shop")
    campus.vendor, campus.url = vendor, live_server.url
    yield campus
    assert receipt_differences() == []
    assert check_ledger() == []


@pytest.fixture
def chromium(campus):
    with open_browser() as found:
        yield found


@pytest.fixture
def open_page(campus, chromium):
    """open_page("teacher") → that person's own window; without a name a stranger's."""
    faults: list[str] = []

    def open_page(who: str = "", size: str = "desk") -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(base_url=campus.url, viewport={"width": width, "height": height}, locale="zh-CN")
        page = context.new_page()
        on_console_error(page, faults.append)
        page.on("pageerror", lambda error: faults.append(str(error)))
        if who:
            sign_in_by_form(page, CAST[who][2], PASSWORD)
        return page

    yield open_page
    assert [fault for fault in faults if "422" not in fault] == []


def registered_in(keeper: Page) -> None:
    keeper.goto("/openapi/register/")
    keeper.fill("input[name=company]", "洞庭外卖")
    keeper.fill("input[name=contact]", "刘老板")
    for scope in ("query", "balance", "pay", "refund"):
        keeper.check(f"input[name=scopes][value='card.{scope}']")
    keeper.get_by_label("南院一食堂 · 自选快餐").check()
    keeper.fill("textarea[name=addresses]", "127.0.0.0/8")
    keeper.click("main form button[type=submit]")
    expect(keeper.locator("body")).to_contain_text("先发一把沙箱密钥给对方试")
    look_at(keeper, "vendors-registered")


def key_of(keeper: Page, mode: str) -> str:
    keeper.click("main a:has-text('发密钥')")
    keeper.fill("input[name=name]", "点餐服务器")
    keeper.check(f"input[name=mode][value={mode}]")
    keeper.click("main form button[type=submit]")
    shown = keeper.locator(".secret code")
    expect(shown).to_contain_text(f"nanhu_{mode}_")
    return SECRET.search(shown.inner_text())[0]


def code_on(page: Page, *, is_first: bool = False) -> str:
    """The pay code that the holder's phone shows."""
    page.goto("/card/code/")
    for kind, name in FIRST_TAPS if is_first else [("button", "换一个码")]:
        page.get_by_role(kind, name=name).click()
    expect(page.locator("#code")).to_have_attribute("data-code", re.compile("N1A"))
    return page.locator("#code").get_attribute("data-code") or ""


def test_a_vendor_is_registered_tries_the_sandbox_and_sells_a_lunch(campus, open_page):
    keeper, holder = open_page("teacher"), open_page("student")
    registered_in(keeper)
    tries_the_sandbox(Program(campus.url, key_of(keeper, "test")))
    program, code = Program(campus.url, key_of(keeper, "live")), code_on(holder, is_first=True)

    card = program.post("cards/query", "look-0001", code=code).json()
    assert (card["state"], card["may_pay"], card["balance_fen"]) == ("issued", True, 10_000 - 850)
    assert card["holder"]["name"] == "**满"
    sale = {"merchant": "n1.rice", "amount_fen": 1350, "code": code, "reference": "L-1"}
    paid, again = (program.post("payments", "lunch-0001", **sale) for _try in range(2))
    assert (paid.status_code, again.content) == (201, paid.content)
    used = program.post("payments", "lunch-0002", **sale)
    assert (used.status_code, used.json()["error"]["code"]) == (402, "code_used")
    holder.goto("/card/transactions/")
    expect(holder.locator("main")).to_contain_text("13.50")

    payment = paid.json()["id"]
    back = program.post(f"payments/{payment}/refunds", "back-0001", amount_fen=1350, reason="没送到")
    assert (back.status_code, back.json()["left_fen"]) == (201, 0)
    assert program.get(f"payments/{payment}").json()["refunded_fen"] == 1350
    assert program.get("payments?reference=L-1").json()["data"][0]["id"] == payment
    assert program.post("cards/query", "look-0002", code=code_on(holder)).json()["balance_fen"] == 10_000 - 850
    holder.goto("/card/")
    expect(holder.locator("#balance")).to_contain_text("91.50")

    keeper.get_by_role("link", name="请求记录").first.click()
    for told in ("payments.create", "refunds.create", "code_used", "card_lost", "merchant_refused"):
        expect(keeper.locator("main")).to_contain_text(told)
    expect(keeper.locator("main")).not_to_contain_text(program.secret)
    look_at(keeper, "vendors-asked")


def test_the_desk_keeps_a_vendor(campus, open_page):
    keeper = open_page("teacher")
    keeper.goto("/openapi/")
    look_at(keeper, "vendors-overview")
    keeper.goto("/openapi/register/")
    look_at(keeper, "vendors-register")
    keeper.goto(f"/openapi/{campus.vendor.public_id}/")
    look_at(keeper, "vendors-vendor")
    keeper.click("main a:has-text('发密钥')")
    keeper.fill("input[name=name]", "点餐服务器")
    look_at(keeper, "vendors-make-key")
    keeper.click("main form button[type=submit]")
    expect(keeper.locator(".secret code")).to_contain_text("nanhu_test_")
    look_at(keeper, "vendors-new-key")
    for page in ("log", "events"):
        keeper.goto(f"/openapi/{campus.vendor.public_id}/{page}/")
        look_at(keeper, f"vendors-{page}")


def test_a_developer_reads_the_documentation(open_page):
    developer = open_page()
    developer.goto("/api/card/")
    look_at(developer, "vendors-guide")
    developer.click("summary:has-text('收一笔款')")
    expect(developer.locator("details[open]")).to_contain_text("balance_short")
    look_at(developer, "vendors-guide-open")


def test_a_holder_consents_and_takes_it_back(campus, open_page):
    holder = open_page("student")
    holder.goto("/card/vendors/mine/")
    look_at(holder, "vendors-mine-empty")
    holder.goto(f"/card/vendors/consent/{campus.vendor.public_id}/?reference=C-7")
    look_at(holder, "vendors-consent")
    holder.click("button:has-text('同意授权')")
    expect(holder.locator("main")).to_contain_text("湘味点餐")
    look_at(holder, "vendors-mine")
    holder.click("button:has-text('收回')")
    expect(holder.locator("main")).to_contain_text("已收回")
    holder.goto("/card/")
    expect(holder.locator("main a[href='/card/code/']")).to_be_visible()
    look_at(holder, "vendors-card-home")
    holder.goto("/card/transactions/")
    look_at(holder, "vendors-card-transactions")
