"""My devices on a phone: a student sees what is on line, sends the old phone off, and watches until it is really gone."""

import pytest
from playwright.sync_api import Page, expect

from nanhu.services.network.tests.conftest import LAPTOP, School, school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser
from tests.journeys.kiosks import beside

__all__ = ["school"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_an_old_phone_is_sent_off(school: School, live_server) -> None:
    school.policy("student", "wifi", 2)
    old = school.on_line("S1")
    school.on_line("S1", LAPTOP, address="10.2.3.5")
    assert school.ask("S1", "3C-22-FB-00-00-09").status_code == 401
    cookie = {
        "name": "nanhu_session",
        "value": school.client("S1").cookies["nanhu_session"].value,
        "url": live_server.url,
    }
    width, height = SIZES["phone"]
    with open_browser() as chromium:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
        )
        context.add_cookies([cookie])
        page: Page = context.new_page()
        page.goto("/network/devices/")
        main = page.locator("main")
        expect(main).to_contain_text("2/2")
        expect(main).to_contain_text("同时在线的设备已到上限（2 台）")
        look_at(page, "network-devices")
        page.get_by_role("button", name="让“802.1X 设备 00:01”下线").click()
        expect(main).to_contain_text("断网中")
        expect(main).to_contain_text("2/2")
        look_at(page, "network-devices-closing")
        beside(lambda: school.report("Stop", old.sid))
        page.reload()
        expect(main).not_to_contain_text("断网中")
        expect(main).to_contain_text("1/2")
        page.get_by_text("最近七天下线的").click()
        expect(main).to_contain_text("踢下线")
