"""An application in a real browser: sent on a phone, returned, mended, agreed by who stands in for an absent leader; another withdrawn."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from nanhu.kernel.clock import campus_today
from nanhu.platforms.flows.tests.conftest import PASSWORD, flows_of_tests, make_school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser

__all__ = ["flows_of_tests"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def first_day():
    return campus_today() + timedelta(days=7)


@pytest.fixture
def campus(live_server, flows_of_tests):
    """Filled before Playwright starts: inside its event loop Django would open a connection that nobody closes."""
    make_school()
    return live_server.url


@pytest.fixture
def chromium():
    with open_browser() as found:
        yield found


@pytest.fixture
def sign_in(campus, chromium: Browser):
    """sign_in("S1", "phone") → that person's own browser window, at the home."""
    faults: list[str] = []

    def sign_in(who: str, size: str = "desk") -> Page:
        width, height = SIZES[size]
        page = chromium.new_context(
            base_url=campus, viewport={"width": width, "height": height}, locale="zh-CN"
        ).new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto("/sign-in")
        page.fill("input[name=username]", who)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        expect(page).not_to_have_url("**/sign-in")
        return page

    yield sign_in
    assert [fault for fault in faults if "404" not in fault] == []


def apply(student: Page, days: int) -> None:
    student.goto("/flows/new/")
    student.click("main a:has-text('请假')")
    student.select_option("select[name=kind]", "事假")
    student.fill("input[name=days_first]", (first_day() + timedelta(days=days)).isoformat())
    student.fill("input[name=days_last]", (first_day() + timedelta(days=days + 1)).isoformat())
    student.fill("textarea[name=reason]", "回家看看")
    look_at(student, f"flows-apply-{days}")
    student.click("button:has-text('提交申请')")
    expect(student.locator("main")).to_contain_text("现在由 计算机学院 辅导员 办理")


def test_an_application_goes_its_way(sign_in):
    student, leader = sign_in("S1", "phone"), sign_in("T1")
    apply(student, 0)
    look_at(student, "flows-case")

    leader.goto("/flows/")
    expect(leader.locator("main")).to_contain_text("回家看看")
    look_at(leader, "flows-todo")
    leader.click("main a:has-text('打开')")
    leader.fill("textarea[name=comment]", "请写明去哪里")
    look_at(leader, "flows-task")
    leader.click("button:has-text('退回修改')")
    expect(leader.locator("main")).to_contain_text("没有等您办的事")

    student.reload()
    expect(student.locator("main")).to_contain_text("等您修改")
    student.click("a:has-text('改好再交')")
    expect(student.locator("main")).to_contain_text("请写明去哪里")
    student.fill("textarea[name=reason]", "去长沙看病")
    student.click("button:has-text('再次提交')")
    expect(student.locator("main")).to_contain_text("办理中")

    leader.goto("/flows/delegation/new/")
    leader.fill("input[name=delegate]", "T4")
    leader.fill("input[name=ends_on]", (campus_today() + timedelta(days=3)).isoformat())
    leader.fill("input[name=reason]", "出差")
    look_at(leader, "flows-delegate")
    leader.click("main button:has-text('提交')")
    expect(leader.locator("main")).to_contain_text("已委托")

    stand_in = sign_in("T4", "phone")
    stand_in.click("nav.bottom a:has-text('待办')")
    expect(stand_in.locator("main")).to_contain_text("去长沙看病")
    look_at(stand_in, "flows-todo-phone")
    stand_in.click("main button:has-text('同意')")
    expect(stand_in.locator("main")).to_contain_text("没有等您办的事")
    student.reload()
    expect(student.locator("main")).to_contain_text("代 陈辅导")
    expect(student.locator("main")).to_contain_text("办结：同意")

    apply(student, 3)
    student.click("button:has-text('撤回申请')")
    expect(student.locator("main")).to_contain_text("申请人撤回")
    student.goto("/flows/mine/")
    look_at(student, "flows-mine")
