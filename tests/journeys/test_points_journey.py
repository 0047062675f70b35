"""An engineer puts an access point on the map by a press, moves it by the keyboard, and finds it there."""

import pytest
from playwright.sync_api import Page, expect

from nanhu.services.network.reach.models import AccessPoint
from nanhu.services.network.reach.sample import draw_outlines
from nanhu.services.network.reach.tests.conftest import School, school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser
from tests.journeys.kiosks import beside

__all__ = ["school"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_an_access_point_is_put_on_the_map(school: School, live_server) -> None:
    draw_outlines({"lib": (113.1, 29.3, 113.102, 29.302), "office": (113.104, 29.3, 113.106, 29.302)})
    session = school.client("K1").cookies["nanhu_session"].value
    width, height = SIZES["phone"]
    with open_browser() as chromium:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
        )
        context.add_cookies([{"name": "nanhu_session", "value": session, "url": live_server.url}])
        page: Page = context.new_page()
        page.goto("/network/reach/points/new/")
        page.get_by_label("名称").fill("LIB-9")
        page.get_by_label("地点", exact=True).fill("图书馆")
        page.get_by_label("5 GHz").check()
        drawing = page.locator("svg[data-scale]")
        drawing.click()
        east, north = page.get_by_label("经度"), page.get_by_label("纬度")
        pressed = float(east.input_value()), float(north.input_value())
        assert pressed == pytest.approx((113.103, 29.301), abs=1e-4), "the middle of the map"
        drawing.press("Shift+ArrowRight")
        drawing.press("ArrowUp")
        moved = float(east.input_value()), float(north.input_value())
        assert moved[0] > pressed[0]
        assert moved[1] > pressed[1]
        look_at(page, "network-point")
        page.get_by_role("button", name="挂上").click()
        expect(page.locator("main")).to_contain_text("LIB-9")
        hung = beside(lambda: AccessPoint.objects.get(name="LIB-9"))
        assert (hung.longitude, hung.latitude) == moved

        page.get_by_role("link", name="在图上看").click()
        look_at(page, "network-points-map")
        page.locator("svg").get_by_role("link", name="LIB-9").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="取下这个接入点").click()
        expect(page.locator("main")).not_to_contain_text("LIB-9")
