"""A phone on the Wi-Fi of the emulated controller: led to the page, on line by the password and by one tap, out again, and why not."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.conftest import Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
STUDENT, PASSWORD = "14231200001", "Nanhu-lake-2026"


def test_any_page_leads_to_the_sign_in_one_password_opens_and_one_tap_the_next_time(
    campus: Campus, visit: Callable[[str], Visitor]
) -> None:
    phone = visit("phone")
    page, wifi = phone.page, f"http://localhost:{campus.port('wlan')}/open/5"
    page.goto(wifi)
    expect(page.get_by_role("heading", name="连接校园网")).to_be_visible()
    phone.look()
    page.get_by_label("学号、工号或来宾号").fill("0020090001")
    page.get_by_label("密码").fill("not-this-one")
    page.get_by_role("button", name="上线", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("不正确")
    phone.faults.clear()  # the browser's own line for a 422

    page.get_by_label("学号、工号或来宾号").fill("0020090001")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_label("这是我自己的设备").check()
    page.get_by_role("button", name="上线", exact=True).click()
    expect(page.get_by_role("heading", name="已上线")).to_be_visible()
    phone.look()
    page.get_by_role("button", name="下线", exact=True).click()
    expect(page.get_by_role("heading", name="已下线")).to_be_visible()

    page.goto(wifi)
    page.get_by_role("button", name=re.compile("^上线（0020")).click()
    expect(page.get_by_role("heading", name="已上线")).to_be_visible()

    page.goto(f"{campus.url}/network/why/?symptom=certificate")
    phone.look()
    page.get_by_role("button", name="下载配置文件").click()
    expect(page).to_have_url(re.compile("/help/wifi"))
