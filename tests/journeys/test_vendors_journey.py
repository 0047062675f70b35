"""Vendors in a real browser: registered at the desk, their documentation read, a holder's consent given on the phone."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from nanhu.platforms.identity import api as identity
from nanhu.systems.card.tests.conftest import CAST, PASSWORD, SYSTEM, bring_in_the_cast
from nanhu.systems.card.vendors.services import webhooks
from nanhu.systems.card.vendors.tests.conftest import Phone, Shop, register

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
PICTURES = os.environ.get("NANHU_PICTURES", "")


@pytest.fixture
def campus(live_server):
    campus = bring_in_the_cast()
    for part in ("teacher", "student"):
        identity.set_password_for_sample(by=SYSTEM, campus_no=CAST[part][2], password=PASSWORD)
    account = identity.account_of(campus.persons["teacher"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role="card.api_keeper")
    campus.top_up("student", 10_000)
    vendor = register("湘味点餐", units=())
    webhooks.set_webhook(by=SYSTEM, vendor=vendor, mode="test", url="https://order.example/nanhu/hook")
    live, sandbox, phone = Shop(vendor), Shop(vendor, mode="test"), Phone(campus.persons["student"])
    live.pay(850, code=phone.code(), reference="A-1001")
    live.pay(850, code="N1P0000000000")
    sandbox.pay(1200, code="SANDBOX-OK", merchant="sandbox.shop")
    sandbox.pay(1200, code="SANDBOX-LOST", merchant="sandbox.shop")
    campus.vendor, campus.url = vendor, live_server.url
    return campus


@pytest.fixture
def chromium(campus):
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )


@pytest.fixture
def open_page(campus, chromium):
    """open_page(size, "teacher") → that person's own window; without a name a stranger's."""
    faults: list[str] = []

    def open_page(size: str, who: str = "") -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(base_url=campus.url, viewport={"width": width, "height": height}, locale="zh-CN")
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        if who:
            page.goto("/sign-in")
            page.fill("input[name=username]", CAST[who][2])
            page.fill("input[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            expect(page).not_to_have_url("**/sign-in")
        return page

    yield open_page
    assert [fault for fault in faults if "422" not in fault] == []


def look_at(page: Page, name: str, size: str) -> None:
    """No accessibility violation, no sideways scrolling."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"vendors-{name}-{size}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name} at {size}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} at {size} scrolls"


@pytest.mark.parametrize("size", SIZES)
def test_the_desk_keeps_a_vendor(campus, open_page, size):
    keeper = open_page(size, "teacher")
    keeper.goto("/card/vendors/")
    look_at(keeper, "overview", size)
    keeper.goto("/card/vendors/register/")
    look_at(keeper, "register", size)
    keeper.goto(f"/card/vendors/{campus.vendor.public_id}/")
    look_at(keeper, "vendor", size)
    keeper.click("main a:has-text('发密钥')")
    keeper.fill("input[name=name]", "点餐服务器")
    look_at(keeper, "make-key", size)
    keeper.click("main form button[type=submit]")
    expect(keeper.locator(".secret code")).to_contain_text("nanhu_test_")
    look_at(keeper, "new-key", size)
    for page in ("log", "events"):
        keeper.goto(f"/card/vendors/{campus.vendor.public_id}/{page}/")
        look_at(keeper, page, size)


@pytest.mark.parametrize("size", SIZES)
def test_a_developer_reads_the_documentation(open_page, size):
    developer = open_page(size)
    developer.goto("/api/card/")
    look_at(developer, "guide", size)
    developer.click("summary:has-text('收一笔款')")
    expect(developer.locator("details[open]")).to_contain_text("balance_short")
    look_at(developer, "guide-open", size)


@pytest.mark.parametrize("size", SIZES)
def test_a_holder_consents_and_takes_it_back(campus, open_page, size):
    holder = open_page(size, "student")
    holder.goto("/card/vendors/mine/")
    look_at(holder, "mine-empty", size)
    holder.goto(f"/card/vendors/consent/{campus.vendor.public_id}/?reference=C-7")
    look_at(holder, "consent", size)
    holder.click("button:has-text('同意授权')")
    expect(holder.locator("main")).to_contain_text("湘味点餐")
    look_at(holder, "mine", size)
    holder.click("button:has-text('收回')")
    expect(holder.locator("main")).to_contain_text("已收回")
    holder.goto("/card/")
    expect(holder.locator("main a[href='/card/code/']")).to_be_visible()
    look_at(holder, "card-home", size)
    holder.goto("/card/transactions/")
    look_at(holder, "card-transactions", size)
