"""The net value by building on the map: shades, numbers, links by keyboard, and the list beside it."""

import re

import pytest

from nanhu.kernel import registry
from nanhu.kernel.registry import MapSheet, Outline, SiteMap
from nanhu.platforms.campus import api as campus
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
PAGE = "/assets/office/sums/?by=building"


@pytest.fixture
def town(school, monkeypatch):
    """A house with much in it, one with little, an empty one, and one that is on no map."""
    orders = []
    for key in ("b2", "b3", "b4"):
        orders.append(campus.PlaceOrder(key=key, name=f"{key}楼", kind="teaching", parent="main"))
        orders.append(campus.PlaceOrder(key=f"{key}-101", name=f"{key} 101", kind="room", parent=key))
    campus.set_up_places(by=SYSTEM, places=orders)
    outlines = [
        Outline(key, [f"{x},10 {x + 9},10 {x + 9},20"], (x, 15)) for x, key in enumerate(("b1", "b2", "b3"), 20)
    ]
    monkeypatch.setattr(registry.site_maps, "_entries", {})
    registry.site_maps.add(SiteMap(key="test", load=lambda: [MapSheet("主校区", 640, 120, outlines)]))
    school.thing(fen=10_000_000)
    for key, fen in (("b2-101", 1_000_000), ("b4-101", 2_000_000)):
        thing = school.thing(fen=fen)
        Asset.objects.filter(pk=thing.pk).update(room_id=campus.place_with(key).pk)
    return school


def test_each_building_has_its_shade_and_number_and_leads_to_what_stands_there(town):
    page = town.client("T5").get(PAGE).content.decode()
    shown = re.findall(r'<a href="([^"]+)" aria-label="(\d) (\S+) ¥ ([\d,.]+)">\s*<polygon class="shade-(\d)"', page)
    assert [one[1:] for one in shown] == [("1", "一号楼", "100,000.00", "4"), ("3", "b2楼", "10,000.00", "1")]
    assert page.count('<polygon points="') == 1, "the empty one"
    listed = re.findall(r'num">(\d)</span>\s*<a href="[^"]+">(\S+)</a>\s*<span class="num">¥ ([\d,.]+)', page)
    assert listed == [("1", "一号楼", "100,000.00"), ("2", "b4楼", "20,000.00"), ("3", "b2楼", "10,000.00")]
    there = town.client("T5").get(shown[1][0]).content.decode()
    numbers = set(re.findall(r"2026-A02-\d{6}-\d", there))
    assert numbers == set(Asset.objects.filter(room__key="b2-101").values_list("number", flat=True))


def test_without_outlines_and_by_another_grouping_there_is_no_map(town, monkeypatch):
    assert "assets-map" not in town.client("T5").get("/assets/office/sums/?by=unit").content.decode()
    monkeypatch.setattr(registry.site_maps, "_entries", {})
    assert "assets-map" not in town.client("T5").get(PAGE).content.decode()
