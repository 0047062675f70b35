"""The card in a real browser, on a desk and on a phone: cash at the counter, lunch, the rows, a loss, two clerks."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from nanhu.platforms.identity import sample as identity_sample
from nanhu.systems.card.tests.conftest import CAST, PASSWORD, SYSTEM, bring_in_the_cast
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import on_console_error, open_browser, sign_in_by_form

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def campus(live_server, settings, tmp_path):
    """Filled before Playwright starts: inside its event loop Django would open a connection that nobody closes."""
    settings.MEDIA_ROOT = tmp_path / "media"
    campus = bring_in_the_cast()
    for _name, _kind, campus_no, _category in CAST.values():
        identity_sample.set_password_for_sample(by=SYSTEM, campus_no=campus_no, password=PASSWORD)
    campus.top_up("student", 20_000)
    for fen, terminal in ((1250, "N1001"), (900, "E3002"), (1500, "N1001"), (650, "E3002")):
        assert campus.pay("student", fen, terminal=terminal) == "posted"
    campus.url = live_server.url
    return campus


@pytest.fixture
def chromium(campus):
    with open_browser() as found:
        yield found


@pytest.fixture
def sign_in(campus, chromium):
    """sign_in("student") → that person's own browser window, at the home."""
    faults: list[str] = []

    def sign_in(who: str, size: str = "desk", *, scripts: bool = True, **options: Any) -> Page:
        width, height = SIZES[size]
        page = chromium.new_context(
            base_url=campus.url,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            java_script_enabled=scripts,
            **options,
        ).new_page()
        on_console_error(page, faults.append)
        page.on("pageerror", lambda error: faults.append(str(error)))
        sign_in_by_form(page, CAST[who][2], PASSWORD)
        return page

    yield sign_in
    assert [fault for fault in faults if "409" not in fault and "DISCONNECTED" not in fault] == []


@pytest.mark.capability("A115.1")
def test_a_holder_reads_the_rows_and_reports_the_card_lost_in_two_taps(sign_in):
    student = sign_in("student")
    look_at(student, "card-portal")
    student.goto("/card/")
    expect(student.locator("#balance")).to_have_text("¥ 157.00")
    look_at(student, "card-home")
    student.click("main a:has-text('交易明细')")
    expect(student.locator("h1")).to_have_text("交易明细")
    expect(student.locator("tbody tr").filter(has_text="N1001")).to_have_count(2)
    look_at(student, "card-transactions")
    student.locator("#filter_place").select_option("canteen:东院三食堂")
    student.get_by_role("button", name="筛选").click()
    expect(student.locator(".statement tbody tr")).to_have_count(2)
    with student.expect_download() as download:
        student.click("a:has-text('导出表格')")
    assert Path(download.value.path()).read_bytes().startswith(b"\xef\xbb\xbf")
    student.locator("#filter_kind").select_option("reversal")
    student.get_by_role("button", name="筛选").click()
    expect(student.locator("main")).to_contain_text("没有符合条件的交易")
    look_at(student, "card-nothing-found")

    student.goto("/card/")
    student.click("main a:has-text('挂失')")
    look_at(student, "card-report-lost")
    student.click("button:has-text('确认挂失')")
    expect(student.locator("main")).to_contain_text("这张卡已挂失")
    look_at(student, "card-lost")


def test_a_clerk_takes_cash_by_keyboard_alone(campus, sign_in):
    number = CAST["teacher"][2]
    clerk = sign_in("clerk")
    clerk.goto("/card/counter/")
    look_at(clerk, "card-counter")
    clerk.keyboard.type(number)
    clerk.keyboard.press("Enter")
    expect(clerk.locator(".face-name")).to_have_text("陈志远")
    look_at(clerk, "card-counter-card")
    clerk.keyboard.type("100")
    clerk.keyboard.press("Enter")
    expect(clerk.locator(".slip-amount")).to_have_text("¥ 100.00")
    look_at(clerk, "card-receipt")
    clerk.keyboard.press("Enter")
    expect(clerk).to_have_url(f"{campus.url}/card/counter/")
    expect(clerk.locator("#q")).to_be_focused()

    clerk.keyboard.type("1423")
    clerk.keyboard.press("Enter")
    expect(clerk.locator("tbody tr")).to_have_count(2)
    look_at(clerk, "card-found")
    clerk.keyboard.press("Enter")
    expect(clerk.locator(".face-name")).to_be_visible()
    clerk.goto("/card/counter/top-ups/")
    expect(clerk.locator("main")).to_contain_text("¥ 100.00")
    expect(clerk.locator("main")).not_to_contain_text("¥ 300.00")  # the drawer's sum is told after it was counted
    look_at(clerk, "card-drawer")


def test_two_clerks_make_an_exception_on_their_own_screens(campus, sign_in):
    first, second = sign_in("clerk"), sign_in("second_clerk")
    first.goto("/card/counter/?q=" + CAST["other_student"][2])
    look_at(first, "card-exception-ask")
    first.fill("#id_amount", "30")
    first.fill("#id_reason", "银行卡被冻结，已联系辅导员核实")
    first.click("button:has-text('申请特批')")
    expect(first.locator("main")).to_contain_text("先不要收钱")
    look_at(first, "card-exception-wait")

    second.goto("/card/counter/")
    look_at(second, "card-counter-waiting")
    second.click("main tr:has-text('银行卡被冻结') a")
    look_at(second, "card-exception-decide")
    second.click("button:has-text('同意')")
    expect(second.locator("main")).to_contain_text("等周敏收款")

    first.click("button:has-text('收现金 ¥ 30.00')")
    expect(first.locator(".slip")).to_contain_text("何平")
    look_at(first, "card-exception-receipt")
    first.goto("/card/counter/exceptions/")
    look_at(first, "card-exceptions")


def test_a_clerk_takes_a_loss_back(campus, sign_in):
    clerk = sign_in("clerk")
    clerk.goto("/card/counter/?q=" + CAST["student"][2])
    clerk.click("a:has-text('代为挂失')")
    look_at(clerk, "card-counter-loss")
    clerk.fill("#id_reason", "本人到柜台")
    clerk.click("button:has-text('挂失')")
    look_at(clerk, "card-counter-lost")
    clerk.click("main a:has-text('解挂')")
    clerk.check("#id_face_checked")
    clerk.fill("#id_reason", "卡已找回")
    look_at(clerk, "card-counter-found")
    clerk.click("main button:has-text('解挂')")
    expect(clerk.locator("main")).to_contain_text("这张卡现在可以消费")
