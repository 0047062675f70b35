"""An application in a real browser: sent on a phone, returned, mended, agreed by who stands in for an absent leader; another withdrawn.
What was decided on paper while the system stood still, entered and checked; running cases tried under a new version, moved and put back."""

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from nanhu.kernel.clock import campus_today
from nanhu.platforms.flows.body import Field
from nanhu.platforms.flows.models import Definition, Move
from nanhu.platforms.flows.services import definitions, moving
from nanhu.platforms.flows.sources import KEEPER
from nanhu.platforms.flows.specs import specs
from nanhu.platforms.flows.tests.conftest import LEAVE, PASSWORD, SYSTEM, flows_of_tests, make_school
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import on_console_error, open_browser, sign_in_by_form
from tests.journeys.kiosks import beside

__all__ = ["flows_of_tests"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def first_day():
    return campus_today() + timedelta(days=7)


@pytest.fixture
def campus(live_server, flows_of_tests, request):
    """Filled before Playwright starts: inside its event loop Django would open a connection that nobody closes."""
    school = make_school()
    Definition.objects.filter(key="test.leave").update(fallback="停电时到教务处 201 填纸质单，电话 8640000")
    told = {"by": SYSTEM, "starts_on": date(2020, 1, 1), "ends_on": None, "document": "任命"}
    people.appoint(unit_id=school.units["1001"], office="deputy", person_id=school["T5"], **told)
    for number in ("T4", "T5"):
        account = identity.account_of(school[number])
        assert account is not None
        identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    asked = (*LEAVE.body.form, Field(key="city", label="去哪里"))
    newer = replace(LEAVE, body=msgspec.structs.replace(LEAVE.body, form=asked))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(specs, LEAVE.key, newer)
        if getattr(request, "param", ""):
            school.apply("S2")
            definitions.publish_all()
        yield live_server.url


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
        on_console_error(page, faults.append)
        page.on("pageerror", lambda error: faults.append(str(error)))
        sign_in_by_form(page, who, PASSWORD)
        return page

    yield sign_in
    assert [fault for fault in faults if "404" not in fault] == []


def work() -> None:
    """What the worker does, for there is none beside this server."""
    beside(lambda: moving.work_off(move_id=Move.objects.get().pk, by_name="system:test"))


def apply(student: Page, days: int) -> None:
    student.goto("/flows/new/")
    student.click("main a:has-text('请假')")
    student.select_option("select[name=kind]", "事假")
    student.fill("input[name=days_first]", (first_day() + timedelta(days=days)).isoformat())
    student.fill("input[name=days_last]", (first_day() + timedelta(days=days + 1)).isoformat())
    student.fill("textarea[name=reason]", "回家看看")
    look_at(student, f"flows-apply-{days}")
    student.click("button:has-text('提交申请')")
    expect(student.locator("main")).to_contain_text("现在由计算机学院辅导员办理")


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
    expect(student.locator("main")).to_contain_text("代陈辅导")
    expect(student.locator("main")).to_contain_text("办结：同意")

    apply(student, 3)
    student.click("button:has-text('撤回申请')")
    expect(student.locator("main")).to_contain_text("申请人撤回")
    student.goto("/flows/mine/")
    look_at(student, "flows-mine")


def test_what_was_decided_on_paper_is_entered_and_checked_by_another(sign_in):
    clerk, yesterday = sign_in("T5"), (campus_today() - timedelta(days=1)).isoformat()
    clerk.goto("/flows/unit/")
    look_at(clerk, "flows-unit")
    clerk.click("main a:has-text('应急补录')")
    look_at(clerk, "flows-papers")
    clerk.click("main a:has-text('当天口令')")
    look_at(clerk, "flows-words")
    clerk.go_back()
    clerk.click("main a:has-text('请假')")
    expect(clerk.locator("main")).to_contain_text("停电时到教务处 201")
    clerk.fill("input[name=paper_applicant]", "S1")
    clerk.check("input[name=paper_outcome][value=granted]")
    clerk.fill("input[name=paper_decider]", "T2")
    clerk.fill("input[name=paper_day]", yesterday)
    clerk.fill("input[name=paper_number]", "应急-007")
    clerk.fill("input[name=paper_reason]", "全校停电")
    clerk.select_option("select[name=kind]", "病假")
    clerk.fill("input[name=days_first]", yesterday)
    clerk.fill("input[name=days_last]", yesterday)
    clerk.fill("textarea[name=reason]", "发烧就医")
    look_at(clerk, "flows-paper-filled")
    clerk.click("button:has-text('交去核对')")
    expect(clerk.locator("main")).to_contain_text("应急补录核对")
    look_at(clerk, "flows-paper-sent")

    head = sign_in("T3", "phone")
    head.goto("/flows/")
    look_at(head, "flows-paper-todo")
    head.click("main a:has-text('打开')")
    expect(head.locator("main")).to_contain_text("应急-007")
    look_at(head, "flows-paper-task")
    head.click("main button:has-text('同意')")
    expect(head.locator("main")).to_contain_text("没有等您办的事")

    student = sign_in("S1", "phone")
    student.goto("/flows/mine/")
    student.click("main a:has-text('请假')")
    expect(student.locator("main")).to_contain_text("应急-007")
    look_at(student, "flows-paper-made")
    clerk.goto("/flows/unit/export/")
    look_at(clerk, "flows-exports")
    with clerk.expect_download() as sheet:
        clerk.click("main a:has-text('导出（xlsx）')")
    assert sheet.value.suggested_filename == "请假.xlsx"


@pytest.mark.parametrize("campus", ["newer"], indirect=True)
def test_running_cases_are_tried_under_a_new_version_moved_and_put_back(sign_in):
    keeper, second = sign_in("T5"), sign_in("T4")
    keeper.goto("/flows/keeping/moves/")
    look_at(keeper, "flows-moves")
    keeper.click("main a:has-text('试算')")
    keeper.select_option("select[name=pair]", index=0)
    keeper.fill("input[name=reason]", "要知道去哪里")
    look_at(keeper, "flows-move-ask")
    keeper.click("button:has-text('开始试算')")
    look_at(keeper, "flows-move-working")
    work()
    keeper.reload()
    expect(keeper.locator("main")).to_contain_text("请申请人补填 1 件")
    look_at(keeper, "flows-move-checked")
    second.goto(keeper.url)
    second.click("main button:has-text('迁移')")
    work()
    second.reload()
    look_at(second, "flows-move-moved")
    second.click("main button:has-text('撤销迁移')")
    work()
    second.reload()
    expect(second.locator("main")).to_contain_text("已放回")
    look_at(second, "flows-move-undone")
