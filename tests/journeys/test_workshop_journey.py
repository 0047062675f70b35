"""The workshop in a real browser: a clerk makes a service of four steps, tries it, publishes it with a second person; a student applies on a phone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from nanhu.platforms.flows.sources import KEEPER
from nanhu.platforms.flows.tests.conftest import PASSWORD, SYSTEM, flows_of_tests, make_school
from nanhu.platforms.identity import api as identity
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import on_console_error, open_browser, sign_in_by_form

__all__ = ["flows_of_tests"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
CLERK, SECOND, COUNSELLOR, STUDENT = "T3", "T5", "T1", "S1"


@pytest.fixture
def campus(live_server, flows_of_tests):
    """Filled before Playwright starts: inside its event loop Django would open a connection that nobody closes."""
    school = make_school()
    account = identity.account_of(school[SECOND])
    assert account is not None
    identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    return live_server.url


@pytest.fixture
def chromium():
    with open_browser() as found:
        yield found


@pytest.fixture
def sign_in(campus, chromium: Browser):
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


def add_field(page: Page, kind: str, label: str, **said: str) -> None:
    page.select_option("#form .bench-add select", kind)
    page.click("#form button:has-text('添一项')")
    page.fill("input[name=label]", label)
    if "choices" in said:
        page.fill("textarea[name=choices]", said["choices"])
    if "source" in said:
        page.select_option("select[name=source]", said["source"])
    expect(page.locator("#preview")).to_contain_text(label)
    page.click("button:has-text('存草稿')")
    expect(page.locator("#form")).to_contain_text(label)


def add_step(page: Page, kind: str, name: str, who: str) -> None:
    page.select_option("#steps .bench-add select", kind)
    page.click("#steps button:has-text('添一步')")
    page.fill("input[name=name]", name)
    page.select_option("select[name=who_0]", who)
    expect(page.locator("#preview")).to_contain_text(name)
    page.click("button:has-text('存草稿')")
    expect(page.locator("#steps")).to_contain_text(name)


def make_service(clerk: Page) -> None:
    clerk.goto("/flows/workshop/")
    clerk.click("a:has-text('新做一个')")
    expect(clerk.locator("input[name=unit]")).to_have_value("1001 教务处")
    clerk.fill("input[name=name]", "在读证明")
    clerk.check("input[name=faces][value=student]")
    clerk.fill("input[name=promise_number]", "3")
    look_at(clerk, "workshop-new")
    clerk.click("button:has-text('开始')")
    add_field(clerk, "text", "姓名", source="people.name")
    add_field(clerk, "one_of", "用途", choices="考研\n求职")
    add_field(clerk, "number", "份数")
    add_step(clerk, "approve", "辅导员审批", "own_post:counsellor")
    add_step(clerk, "work", "核对", "post:head")
    add_step(clerk, "approve", "院长审批", "own_post:head")
    add_step(clerk, "work", "盖章领取", "post:head")
    expect(clerk.locator("#steps")).to_contain_text("然后由申请人所在单位的负责人审批。")


def add_condition(clerk: Page) -> None:
    """Five and fewer go past the dean."""
    clerk.locator("#steps > .card-body > ol > li").nth(1).get_by_role("link", name="按条件走不同的路…").click()
    clerk.select_option("select[name=field_0]", label="份数")
    clerk.select_option("select[name=sign_0]", "<=")
    clerk.fill("input[name=value_0]", "5")
    clerk.select_option("select[name=to]", label="盖章领取")
    expect(clerk.locator("#preview")).to_contain_text("如果“份数”不大于 5 ，到「盖章领取」")
    look_at(clerk, "workshop-way")
    clerk.click("button:has-text('存草稿')")
    expect(clerk.locator("#steps")).to_contain_text("如果“份数”不大于 5 ，到「盖章领取」")
    expect(clerk.locator("#steps")).to_contain_text("其他情况，到「院长审批」")
    look_at(clerk, "workshop-bench")


def try_out(clerk: Page) -> None:
    clerk.click("a:has-text('试一试')")
    clerk.fill("input[name=applicants_unit]", "120101")
    clerk.select_option("main select", "考研")
    clerk.fill("main input[type=number]", "9")
    clerk.click("button:has-text('走一遍')")
    walk = clerk.locator(".timeline")
    for word in ("陈辅导", "王处长", "其他情况，到「院长审批」", "李院长", "最晚"):
        expect(walk).to_contain_text(word)
    look_at(clerk, "workshop-trial")


def publish(clerk: Page, keeper: Page) -> None:
    clerk.click("a:has-text('取消')")
    clerk.click("a:has-text('发布…')")
    clerk.fill("textarea[name=change]", "第一版")
    look_at(clerk, "workshop-publish")
    clerk.click("main button:has-text('发布')")
    expect(clerk.locator("main")).to_contain_text("王处长提出发布：第一版")
    keeper.goto("/flows/")
    expect(keeper.locator("main")).to_contain_text("发布复核")
    keeper.goto("/flows/workshop/publications/")
    keeper.goto(keeper.locator("main .rows tbody a").get_attribute("href") or "")
    expect(keeper.locator("main")).to_contain_text("先由申请人所在单位的辅导员审批。")
    look_at(keeper, "workshop-publication")
    keeper.click("button:has-text('同意发布')")
    expect(keeper.locator("main")).to_contain_text("已同意")


def decide(page: Page, button: str) -> None:
    page.goto("/flows/")
    expect(page.locator("main")).to_contain_text("林晓湖")
    page.click("main a:has-text('在读证明')")
    page.click(f"main button:has-text('{button}')")
    expect(page.locator("main")).to_contain_text("已办理。")


def test_a_clerk_makes_a_service_and_a_student_uses_it(sign_in):
    clerk, keeper, student = sign_in(CLERK), sign_in(SECOND), sign_in(STUDENT, "phone")
    make_service(clerk)
    add_condition(clerk)
    try_out(clerk)
    publish(clerk, keeper)

    student.goto("/flows/new/")
    student.click("main a:has-text('在读证明')")
    expect(student.locator("main")).to_contain_text("来自人员主数据")
    student.select_option("main select", "求职")
    student.fill("main input[type=number]", "2")
    look_at(student, "workshop-apply")
    student.click("button:has-text('提交申请')")
    expect(student.locator("main")).to_contain_text("现在由计算机学院辅导员办理")

    decide(sign_in(COUNSELLOR), "同意")
    decide(clerk, "办好了")
    decide(clerk, "办好了")
    student.reload()
    expect(student.locator("main")).to_contain_text("办结：同意")
    expect(student.locator("main")).not_to_contain_text("院长审批")

    clerk_on_a_phone = sign_in(CLERK, "phone")
    clerk_on_a_phone.goto("/flows/workshop/")
    clerk_on_a_phone.click("main a:has-text('在读证明')")
    clerk_on_a_phone.click("button[aria-label='上移：份数']")
    expect(clerk_on_a_phone.locator("#form .bench-list")).to_contain_text("份数")
    look_at(clerk_on_a_phone, "workshop-bench-phone")
