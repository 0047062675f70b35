"""The worker's list in the order of the walk, with the map of the campus in the page itself."""

import re

import pytest

from nanhu.kernel import registry
from nanhu.kernel.registry import MapSheet, Outline, SiteMap
from nanhu.platforms.campus import api as campus
from nanhu.services.requests.tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
WORK = "/requests/work/"
BUILDINGS = {"near": (100, 50), "far": (600, 50), "middle": (300, 50), "idle": (400, 90)}


@pytest.fixture
def town(school, monkeypatch):
    """Four buildings on the map of one campus, one that is on none, and one of another campus."""
    orders = [
        campus.PlaceOrder(key=key, name=name, kind="campus") for key, name in (("north", "北院"), ("west", "西院"))
    ]
    for key in (*BUILDINGS, "lost", "west-1"):
        parent = "west" if key == "west-1" else "north"
        orders.append(campus.PlaceOrder(key=key, name=f"{key}楼", kind="teaching", parent=parent))
        orders.append(campus.PlaceOrder(key=f"{key}-101", name="101", kind="room", parent=key))
    campus.set_up_places(by=SYSTEM, places=orders)
    outlines = [Outline(key, [f"{x},{y} {x + 9},{y} {x + 9},{y + 9}"], (x, y)) for key, (x, y) in BUILDINGS.items()]
    monkeypatch.setattr(registry.site_maps, "_entries", {})
    registry.site_maps.add(SiteMap(key="test", load=lambda: [MapSheet("北院", 640, 120, outlines)]))
    school.crew()
    return school


def headings(page):
    return re.findall(r'<h2 id="stop-\d+"><span class="badge badge-quiet num">\d+</span> (\S+)楼</h2>', page)


def test_the_next_building_is_the_nearest_and_all_stand_on_the_map(town):
    """By the register's order far would come first; what is on no map, and another campus, come last."""
    for key in ("west-1", "lost", "near", "middle", "far"):
        town.repair(place=f"{key}-101")
    page = town.client("W2").get(WORK).content.decode()
    assert headings(page) == ["far", "middle", "near", "lost", "west-1"]
    assert re.findall(r'<a href="#stop-(\d)" aria-label="\d (\S+)楼">', page) == [
        ("3", "near"),
        ("1", "far"),
        ("2", "middle"),
    ]
    assert page.count('class="is-other"') == 1, "where there is nothing to do"
    assert page.count('<svg class="requests-map"') == 1


def test_who_is_in_danger_comes_first(town):
    for key in ("far", "middle"):
        town.repair(place=f"{key}-101")
    town.repair(place="near-101", is_urgent=True)
    page = town.client("W2").get(WORK).content.decode()
    assert headings(page) == ["near", "middle", "far"]
    assert page.count('class="is-urgent"') == 1


def test_without_a_map_it_is_the_list_by_building(town, monkeypatch):
    monkeypatch.setattr(registry.site_maps, "_entries", {})
    for key in ("near", "far"):
        town.repair(place=f"{key}-101")
    page = town.client("W2").get(WORK).content.decode()
    assert (headings(page), "requests-map" in page) == (["far", "near"], False)
