"""An engineer puts an access point on the map by a press, moves it by the keyboard, and finds it there; outlines are drawn by pointer and keys."""

import pytest
from playwright.sync_api import Page, expect

from nanhu.services.network.reach.models import AccessPoint, CoveredArea
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


def test_an_outline_is_drawn_by_pointer_and_adjusted_by_keys(school: School, live_server) -> None:
    draw_outlines({"lib": (113.1, 29.3, 113.102, 29.302)})
    session = school.client("K1").cookies["nanhu_session"].value
    width, height = SIZES["phone"]
    with open_browser() as chromium:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
        )
        context.add_cookies([{"name": "nanhu_session", "value": session, "url": live_server.url}])
        page: Page = context.new_page()
        page.goto("/network/reach/areas/new/")
        page.get_by_label("地点", exact=True).fill("东院办公楼")
        corners = page.get_by_label("角点")
        drawing = page.locator("svg[data-scale]")
        box = drawing.bounding_box()
        assert box is not None
        for x, y in ((0.6, 0.3), (0.8, 0.3), (0.8, 0.6)):
            drawing.click(position={"x": x * box["width"], "y": y * box["height"]})
        assert len(corners.input_value().splitlines()) == 3
        drawing.click(position={"x": 0.6 * box["width"], "y": 0.58 * box["height"]})
        first, *_others, last = corners.input_value().splitlines()
        assert first.split(",")[0] == last.split(",")[0], "behind the last, at the side that it lies nearest to"

        drawing.scroll_into_view_if_needed()
        box = drawing.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.6 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.85 * box["width"], box["y"] + 0.6 * box["height"], steps=3)
        page.mouse.up()
        dragged = [line.split(", ") for line in corners.input_value().splitlines()]
        assert len(dragged) == 4, "a corner that is dragged is none more"
        assert float(dragged[2][0]) > float(dragged[1][0])
        expect(page.get_by_role("status").filter(has_text="第 3 个角点，共 4 个")).to_be_visible()
        drawing.press("Shift+ArrowLeft")
        drawing.press("PageDown")
        drawing.press("Enter")
        assert len(corners.input_value().splitlines()) == 5
        drawing.press("Delete")
        typed = [line.split(", ") for line in corners.input_value().splitlines()]
        assert len(typed) == 4
        assert float(typed[2][0]) < float(dragged[2][0])
        look_at(page, "network-outline")
        page.get_by_role("button", name="保存").click()
        expect(page.locator("main")).to_contain_text("东院办公楼")
        drawn = beside(lambda: CoveredArea.objects.get(place__key="office"))
        assert drawn.ring == [[float(east), float(north)] for east, north in [*typed, typed[0]]]

        page.get_by_role("link", name="东院办公楼").click()
        expect(page.get_by_label("角点")).to_have_value(
            "\n".join(f"{east}, {north}" for east, north in drawn.ring[:-1])
        )
        page.get_by_role("button", name="去掉这个轮廓").click()
        expect(page.locator("main")).not_to_contain_text("东院办公楼")
