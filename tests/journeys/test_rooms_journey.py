"""A month's power bills in a real browser: the form, the wrong line, the preview, the second clerk, what came of it."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from nanhu.systems.card.funds.tests.conftest import Funds
from nanhu.systems.card.tests.conftest import bring_in_the_cast
from nanhu.systems.dormitory.tests.rooms import (
    HEAD,
    PAGES,
    ask_back,
    line,
    month_named,
    pair,
    posted,
    with_office,
    with_third,
)
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import on_console_error, open_browser

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(live_server):
    """A list that was taken from one of two, one that somebody wants back; the browser's clerks are signed in."""
    found = with_office(Funds(bring_in_the_cast()))
    found.campus.top_up("student", 10_000)
    found.taken = posted(found)
    asked = posted(found, HEAD + pair().replace("电费", "水费"))
    found.asked = ask_back(with_third(found), asked, reason="水表读错，整栋重抄")
    found.cookies = {
        part: found.campus.client(part).cookies["nanhu_session"].value
        for part in ("clerk", "second_clerk", "teacher", "student", "other_student")
    }
    found.url = live_server.url
    return found


@pytest.fixture
def window(office):
    """window("clerk") → that person's browser, signed in."""
    faults: list[str] = []
    with open_browser() as chromium:

        def open_window(part: str, size: str = "desk") -> Page:
            width, height = SIZES[size]
            context: BrowserContext = chromium.new_context(
                base_url=office.url,
                viewport={"width": width, "height": height},
                locale="zh-CN",
            )
            context.add_cookies([{"name": "nanhu_session", "value": office.cookies[part], "url": office.url}])
            page = context.new_page()
            on_console_error(page, faults.append)
            page.on("pageerror", lambda told: faults.append(str(told)))
            return page

        yield open_window
    assert [fault for fault in faults if "422" not in fault] == []


def hand_in(page: Page, text: str) -> None:
    page.goto(PAGES + "new/")
    page.fill("input[name=title]", "十一月 南院电费")
    file = {"name": "账单.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.set_input_files("input[name=file]", file)
    with page.expect_navigation():
        page.get_by_role("button", name="检查文件").click()


def test_a_months_bills_from_the_form_to_the_second_clerk(office, window):
    text = HEAD + pair().replace("301", "402")
    clerk = window("clerk")
    clerk.goto(PAGES)
    look_at(clerk, "rooms-lists")
    clerk.goto(PAGES + "new/")
    look_at(clerk, "rooms-new")
    hand_in(clerk, text + line("999", "谁", room="403"))
    expect(clerk.locator("main")).to_contain_text("没有这个学工号，或已经离校")
    look_at(clerk, "rooms-faults")
    hand_in(clerk, text)
    expect(clerk.locator("main")).to_contain_text("按现在的余额，有 1 笔共 ¥ 15.00 扣不到")
    look_at(clerk, "rooms-preview")
    clerk.get_by_role("button", name="提交复核").click()
    expect(clerk.locator("main")).to_contain_text("等另一位经办人复核")
    second = window("second_clerk")
    second.goto(clerk.url)
    look_at(second, "rooms-to-approve")
    second.get_by_role("button", name="同意从 2 人次扣 ¥ 30.01").click()
    expect(second.locator("main")).to_contain_text("扣款中")
    look_at(second, "rooms-at-work")


def test_what_came_of_it_for_the_office_and_for_who_lives_there(office, window):
    clerk = window("clerk")
    clerk.goto(f"{PAGES}{office.taken.public_id}/")
    expect(clerk.locator("main")).to_contain_text("卡内余额不够")
    look_at(clerk, "rooms-taken")
    clerk.goto(f"{PAGES}{office.taken.public_id}/?show=given_back")
    look_at(clerk, "rooms-nothing-shown")
    third = window("teacher")
    third.goto(f"/dormitory/rollbacks/{office.asked.public_id}/")
    expect(third.get_by_role("button", name="同意退回 1 笔共 ¥ 15.01")).to_be_visible()
    look_at(third, "rooms-asked-back")
    student = window("student")
    student.goto("/card/transactions/")
    expect(student.locator("main")).to_contain_text(f"电费 · 南院15号楼 301 · {month_named()}")
    look_at(student, "rooms-statement")
    owing = window("other_student", "phone")
    owing.goto("/card/bills/")
    expect(owing.locator("main")).to_contain_text(f"电费 · 南院15号楼 301 · {month_named()}")
    look_at(owing, "bills-owed")
    owing.get_by_role("link", name="缴这一笔").first.click()
    expect(owing.get_by_role("button", name="从校园卡缴")).to_be_visible()
    look_at(owing, "bills-pay")
