"""The map of net value in a browser: by keyboard, at a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from nanhu.kernel import registry
from nanhu.kernel.registry import MapSheet, Outline, SiteMap
from nanhu.platforms.campus import api as campus
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.tests.conftest import SYSTEM, make_school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser
from tests.journeys.kiosks import beside

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def settled(school):
    for key in ("b2", "b3", "b4"):
        orders = [
            campus.PlaceOrder(key=key, name=f"{key[1]}号楼", kind="teaching", parent="main"),
            campus.PlaceOrder(key=f"{key}-101", name=f"{key[1]}号楼 101", kind="room", parent=key),
        ]
        campus.set_up_places(by=SYSTEM, places=orders)
    for key, fen in (("b1-101", 10_000_000), ("b2-101", 6_000_000), ("b3-101", 1_000_000)):
        thing = school.thing(fen=fen)
        Asset.objects.filter(pk=thing.pk).update(room_id=campus.place_with(key).pk)
    return school.client("T5").cookies["nanhu_session"].value


def test_the_map_is_walked_through_by_the_keyboard(live_server, monkeypatch):
    school = make_school()
    corners = {"b1": 30, "b2": 180, "b3": 330, "b4": 480}
    outlines = [
        Outline(key, [f"{x},30 {x + 110},30 {x + 110},120 {x},120"], (x + 55, 75)) for key, x in corners.items()
    ]
    monkeypatch.setattr(registry.site_maps, "_entries", {})
    registry.site_maps.add(SiteMap(key="test", load=lambda: [MapSheet("主校区", 640, 150, outlines)]))
    cookie = beside(lambda: settled(school))
    width, height = SIZES["desk"]
    with open_browser() as chromium:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
        )
        context.add_cookies([{"name": "nanhu_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto("/assets/office/sums/?by=building")
        look_at(page, "assets-map")
        second = page.get_by_role("group").get_by_role("link", name="2 2号楼")
        page.get_by_role("link", name="1 一号楼").focus()
        page.keyboard.press("Tab")
        expect(second).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("table").get_by_text("2号楼 101").first).to_be_visible()
        context.close()
