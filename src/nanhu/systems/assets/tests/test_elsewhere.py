"""What the rest of the house shows of assets, each to whom it concerns alone: the tile, the one search, the calendar."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity import api as identity
from nanhu.systems.assets.counting.tests.counts import opened as counting
from nanhu.systems.assets.models import Asset, Loan
from nanhu.systems.assets.services import keeping, lending
from nanhu.systems.assets.tests.conftest import ROLES, SYSTEM

pytestmark = pytest.mark.django_db


def viewer(school, number):
    found = identity.reader_of(identity.account_of(school[number]))
    return replace(found, roles=frozenset(role for who, role in ROLES if who == number))


def tile(school, number):
    found = registry.tiles.get("assets.mine").load(viewer(school, number))
    return found and (found.value, found.url)


def found(school, number, text):
    hits = registry.searchables.get("assets.things").load(viewer(school, number), text, 5)
    return [(one.title, one.url.split("/")[2]) for one in hits]


def days(school, number, key="assets.days"):
    today = campus_today()
    feed = registry.calendar_feeds.get(key)
    return [
        (one.title.partition(" ")[0], one.starts)
        for one in feed.load(viewer(school, number), today, today + timedelta(days=90))
    ]


def test_the_home_says_what_waits_to_be_confirmed(school):
    school.thing(keeper="T2")
    assert (tile(school, "T2"), tile(school, "T3")) == (("1", "/assets/mine/confirm/"), None)
    assert "件东西等您确认" in school.client("T2").get("/").content.decode()
    keeping.confirm(by=SYSTEM, person_id=school["T2"], public_ids=[Asset.objects.get().public_id])
    assert tile(school, "T2") is None


def test_the_search_finds_things_for_whom_they_concern(school):
    thing = school.thing("离心机", keeper="T2")
    Asset.objects.update(serial="SN-77", model="TGL-16")
    for text in ("离心", "sn-77", "TGL", thing.number, "101"):
        said = [found(school, number, text) for number in ("T2", "T1", "T5", "T9", "T3", "T7")]
        assert said == [
            [("离心机", "mine")],
            [("离心机", "unit")],
            [("离心机", "office")],
            [("离心机", "office")],
            [],
            [],
        ], text
    assert found(school, "T5", "心") == [], "one sign is in every name"
    Asset.objects.update(state="void")
    assert found(school, "T5", "离心") == []


def test_the_calendar_says_when_a_warranty_ends_and_what_is_due(school):
    end = campus_today() + timedelta(days=30)
    school.thing("台式计算机", keeper="T2")
    Asset.objects.update(warranty_until=end)
    assert [days(school, number) for number in ("T2", "T1", "T3", "T7", "T5")] == [
        [("保修到期：台式计算机", end)],
        [("保修到期：台式计算机", end)],
        [],
        [],
        [],
    ]
    other = school.thing("投影机")
    due = campus_today() + timedelta(days=7)
    lending.lend(by=SYSTEM, asset=other, borrower_id=school["T3"], due_on=due)
    assert days(school, "T3") == [("归还：投影机", due)]
    Loan.objects.update(returned_at=other.created_at)
    assert days(school, "T3") == []


def test_whoever_counts_sees_the_last_day_of_the_count(school):
    school.thing()
    take = counting(school)
    assert (days(school, "T2", "assets.counts"), days(school, "T8", "assets.counts")) == (
        [(f"盘点最后一天：{take.title}".partition(" ")[0], take.ends_on)],
        [],
    )
    assert isinstance(take.ends_on, date)
