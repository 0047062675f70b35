"""The line of the house: a dirty file, an account, a sign-in, money in, lunch, a receipt. On a running campus, by browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from tests.conftest import Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
type Visit = Callable[[str], Visitor]
NEW_PASSWORD = "Qiushui-yewuyan-26"


def test_a_newcomer_activates_an_account_and_only_then_comes_in(campus: Campus, visit: Visit) -> None:
    newcomer = CAST["newcomer"]
    visitor = visit("phone")
    page = visitor.page
    visitor.sign_in(campus.url, newcomer.campus_no, newcomer.id_number[-6:])
    expect(page).to_have_url(f"{campus.url}/activate")
    visitor.look()

    page.goto(f"{campus.url}/")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto(f"{campus.url}/activate")
    page.get_by_label("姓名", exact=True).fill(newcomer.name)
    page.get_by_label("完整的证件号码").fill(newcomer.id_number)
    page.get_by_role("button", name="核对并继续").click()

    expect(page).to_have_url(f"{campus.url}/setup/password")
    visitor.look()
    page.goto(f"{campus.url}/notices/")
    expect(page).to_have_url(f"{campus.url}/setup/password")
    page.get_by_label("新密码").fill(NEW_PASSWORD)
    page.get_by_label("再输入一次").fill(NEW_PASSWORD)
    page.get_by_role("button", name="保存并继续").click()

    visitor.look()
    for number, (question, answer) in enumerate(
        (
            ("我小学第一位班主任的姓名", "李老师"),
            ("影响我最深的一本书", "岳阳楼记"),
            ("我家最拿手的一道菜", "剁椒鱼头"),
        ),
        start=1,
    ):
        page.get_by_label(f"问题 {number}", exact=True).select_option(label=question)
        page.get_by_label(f"答案 {number}").fill(answer)
        page.get_by_label(f"再答一次 {number}").fill(answer)
    page.get_by_role("button", name="保存并继续").click()

    page.get_by_label("手机号").fill(newcomer.phone)
    page.get_by_label(re.compile("我已阅读并同意")).check()
    visitor.look()
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_role("link", name="进入").click()

    expect(page).to_have_url(f"{campus.url}/notices/")
    page.goto(f"{campus.url}/")
    expect(page.get_by_role("main")).to_contain_text(newcomer.name)
    visitor.look()


def test_the_initial_value_does_not_work_a_second_time(campus: Campus, visit: Visit) -> None:
    """After whatever the other tests did: the cast's student is active, her initial value opens nothing."""
    student = CAST["student"]
    visitor = visit("desk")
    visitor.sign_in(campus.url, student.campus_no, student.id_number[-6:])

    expect(visitor.page.get_by_text("账号或密码不正确")).to_be_visible()
    expect(visitor.page).to_have_url(re.compile("/sign-in"))
    visitor.faults.clear()  # the browser notes the refusal's status


@pytest.mark.capability("A037.1")
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_one_click_leads_into_the_office_application(campus: Campus, visit: Visit, size: str) -> None:
    visitor = visit(size)
    page = visitor.page
    visitor.sign_in(campus.url, CAST["teacher"].campus_no, SAMPLE_PASSWORD)
    page.goto(f"{campus.url}/apps/")
    visitor.look()

    page.get_by_role("link", name="OA 办公系统").first.click()

    expect(page).to_have_url(re.compile(rf"^http://localhost:{campus.port('office')}/"))
    expect(page.get_by_text(CAST["teacher"].name).first).to_be_visible()


def tap(page, name: str) -> None:
    page.get_by_role("button", name=re.compile(name)).click()


def pay_at_the_terminal(visitor: Visitor, campus: Campus, *, holder: str, keys: str) -> None:
    page = visitor.page
    page.goto(f"http://localhost:{campus.port('emulator')}/")
    expect(page.locator("#headline")).not_to_have_text("正在签到")
    if page.locator("[data-key=fixed]").get_attribute("aria-pressed") == "true":
        page.locator("[data-key=fixed]").click()
    page.keyboard.type(keys)
    page.keyboard.press("Enter")
    tap(page, holder)


@pytest.mark.capability("A143.1")
def test_lunch_is_paid_and_stands_in_the_list_when_the_receipt_prints(campus: Campus, visit: Visit) -> None:
    """Cash goes in at the counter, lunch is paid at a terminal; the holder sees both with merchant, terminal, balance."""
    teacher, clerk = CAST["teacher"], CAST["clerk"]
    counter, device, phone = visit("desk"), visit("desk"), visit("phone")

    counter.sign_in(campus.url, clerk.campus_no, SAMPLE_PASSWORD)
    counter.page.goto(f"{campus.url}/card/counter/?q={teacher.campus_no}")
    if counter.page.get_by_role("link", name=teacher.name).count():
        counter.page.get_by_role("link", name=teacher.name).first.click()
    counter.look()
    counter.page.locator("#id_amount").fill("50")
    counter.page.get_by_role("button", name="收款入账").click()
    expect(counter.page.get_by_role("main")).to_contain_text("50.00")
    counter.look()

    pay_at_the_terminal(device, campus, holder=teacher.name, keys="12.5")
    paper = device.page.locator("#paper")
    expect(paper).to_contain_text("¥ 12.50")
    device.look()
    terminal = device.page.locator("#terminal").input_value()
    [balance] = re.findall(r"余额\s*(¥ [\d,]+\.\d\d)", paper.inner_text())

    phone.sign_in(campus.url, teacher.campus_no, SAMPLE_PASSWORD)
    phone.page.goto(f"{campus.url}/card/")
    expect(phone.page.get_by_role("main")).to_contain_text(balance)
    phone.look()
    phone.page.goto(f"{campus.url}/card/transactions/")
    rows = phone.page.locator("table.statement tbody tr, .statement tbody tr")
    expect(rows.nth(0)).to_contain_text("12.50")
    expect(rows.nth(0)).to_contain_text(terminal)
    expect(rows.nth(0)).to_contain_text(balance)
    expect(rows.nth(1)).to_contain_text("50.00")
    phone.look()
    phone.page.goto(f"{campus.url}/")
    expect(phone.page.get_by_role("main")).to_contain_text(balance)


def test_a_refused_payment_says_why_and_takes_nothing(campus: Campus, visit: Visit) -> None:
    student = CAST["student"]
    device, phone = visit("phone"), visit("desk")
    phone.sign_in(campus.url, student.campus_no, SAMPLE_PASSWORD)
    phone.page.goto(f"{campus.url}/card/")
    before = phone.page.locator("main").inner_text()

    pay_at_the_terminal(device, campus, holder=student.name, keys="499")

    expect(device.page.locator("#device")).to_contain_text("余额不足")
    device.look()
    phone.page.reload()
    assert (
        re.findall(r"¥ [\d,]+\.\d\d", phone.page.locator("main").inner_text())[:1]
        == re.findall(r"¥ [\d,]+\.\d\d", before)[:1]
    )
