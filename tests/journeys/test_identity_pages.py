"""The pages of the account: usable by keyboard, screen reader and a narrow phone, also where they say that something is wrong."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from nanhu.sample.cast import CAST
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from tests.conftest import Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
on_each_device = pytest.mark.parametrize("size", ["desk", "phone"])
type Visit = Callable[[str], Visitor]


def signed_in(campus: Campus, visitor: Visitor) -> Visitor:
    visitor.sign_in(campus.url, CAST["teacher"].campus_no, SAMPLE_PASSWORD)
    expect(visitor.page).not_to_have_url(re.compile("/sign-in"))
    return visitor


@on_each_device
def test_sign_in_says_what_is_wrong(campus: Campus, visit: Visit, size: str) -> None:
    visitor = visit(size)
    visitor.page.goto(f"{campus.url}/sign-in")
    visitor.look()

    visitor.sign_in(campus.url, "20990101", "not-the-password")

    expect(visitor.page.get_by_text("账号或密码不正确")).to_be_visible()
    visitor.look()


@on_each_device
@pytest.mark.parametrize(
    ("path", "title"), [("/privacy", "个人信息处理告知"), ("/signed-out", "退出"), ("/help/wifi", "连接校园无线网")]
)
def test_a_page_for_everybody(campus: Campus, visit: Visit, size: str, path: str, title: str) -> None:
    visitor = visit(size)
    visitor.page.goto(f"{campus.url}{path}")

    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(title)
    visitor.look()


@on_each_device
@pytest.mark.parametrize(
    ("path", "title"),
    [("/account", "账号安全"), ("/account/password", "修改密码"), ("/account/questions", "修改密保")],
)
def test_a_page_of_the_account(campus: Campus, visit: Visit, size: str, path: str, title: str) -> None:
    visitor = signed_in(campus, visit(size))
    visitor.page.goto(f"{campus.url}{path}")

    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(title)
    visitor.look()


@on_each_device
def test_a_new_password_that_will_not_do_is_explained_beside_its_field(campus: Campus, visit: Visit, size: str) -> None:
    visitor = signed_in(campus, visit(size))
    page = visitor.page
    page.goto(f"{campus.url}/account/password")
    page.get_by_label("当前密码").fill(SAMPLE_PASSWORD)
    page.get_by_label("新密码", exact=True).fill("short")
    page.get_by_label("再输入一次").fill("other")
    page.locator("main button[type=submit]").click()

    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    visitor.look()


@on_each_device
def test_another_device_is_seen_and_signed_out(campus: Campus, visit: Visit, size: str) -> None:
    """It is out from its next click on, and finds nothing of the account by going back."""
    mine, other = signed_in(campus, visit(size)), signed_in(campus, visit("desk"))
    other.page.goto(f"{campus.url}/account")
    mine.page.goto(f"{campus.url}/account/sessions")
    expect(mine.page.get_by_text("本机")).to_be_visible()
    mine.look()

    mine.page.get_by_role("button", name="退出其他所有登录").click()

    expect(mine.page.get_by_text(re.compile("已退出其他"))).to_be_visible()
    mine.look()
    other.page.goto(f"{campus.url}/signed-out")
    other.page.go_back()
    expect(other.page).to_have_url(re.compile("/sign-in"))
