"""From the icon on the home page into the OA of another vendor, without a second sign-in (A037)."""

import pytest
from playwright.sync_api import expect

from nanhu.sample.cast import MEMBERS
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.testing.browsers import open_browser

pytestmark = pytest.mark.journey
TEACHER = next(member for member in MEMBERS if member.campus_no == "0020090001")


@pytest.fixture
def page():
    with open_browser() as browser:
        yield browser.new_context(locale="zh-CN").new_page()


@pytest.mark.capability("A037.1")
def test_one_click_on_the_icon_and_one_is_in_the_office(campus, page):
    office = f"http://localhost:{campus.port('office')}/"
    page.goto(office)
    assert TEACHER.name not in page.content()
    page.goto(f"{campus.url}/sign-in")
    page.fill("input[name=username]", TEACHER.campus_no)
    page.fill("input[name=password]", SAMPLE_PASSWORD)
    page.click("main button[type=submit]")
    with page.expect_request("**/opened"):
        page.locator(".apps .app", has_text="OA 办公系统").click()
    page.wait_for_url(f"{office}**")
    expect(page.locator("body")).to_contain_text(TEACHER.name)
    assert page.locator("input[type=password]").count() == 0
