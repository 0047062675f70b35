"""Periodic inspections (定期检验): planned and entered on the card by the unit's keeper, seen before they are due, kept as they were."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today
from nanhu.systems.assets import elsewhere
from nanhu.systems.assets.models import Inspection, InspectionRecord
from nanhu.systems.assets.rules import months_later
from nanhu.systems.assets.services import inspecting, keeping, lending, rolling_back
from nanhu.systems.assets.tests.conftest import SYSTEM
from nanhu.systems.assets.tests.test_elsewhere import viewer

pytestmark = pytest.mark.django_db


def planned(asset, kind="safety", days=0, months=12):
    due = campus_today() + timedelta(days=days)
    return inspecting.plan(by=SYSTEM, asset=asset, kind=kind, every_months=months, due_on=due)


def done(inspection, **more):
    said = {"inspection": inspection.pk, "done_on": campus_today().isoformat(), "result": "passed"}
    return said | {"inspector": "省特检院", "certificate": "TJ-1"} | more


def test_a_keeper_has_a_thing_inspected_and_the_next_one_is_due_a_year_on(school):
    thing = school.thing("蒸汽灭菌器", keeper="T2")
    card, keeper = f"/assets/unit/{thing.public_id}/", school.client("T1")
    assert "inspected/" not in keeper.get(card).content.decode()
    yesterday = (campus_today() - timedelta(days=1)).isoformat()
    said = {"kind": "safety", "every_months": "12", "due_on": yesterday}
    assert keeper.post(f"{card}inspection/", said).status_code == 302
    assert keeper.post(f"{card}inspection/", said).status_code == 409, "one of a kind"
    page = keeper.get(card).content.decode()
    assert ("已过期" in page, "inspected/" in page) == (True, True)
    for who, desk in (("T1", "unit"), ("T5", "office")):
        late = school.client(who).get(f"/assets/{desk}/inspections/?show=late").content.decode()
        assert ("蒸汽灭菌器" in late, card.replace("unit", desk) in late) == (True, True)
    assert "蒸汽灭菌器" not in school.client("T7").get("/assets/unit/inspections/").content.decode(), "another unit's"

    inspection = Inspection.objects.get()
    assert keeper.post(f"{card}inspected/", done(inspection)).status_code == 302
    inspection.refresh_from_db()
    assert inspection.due_on == months_later(campus_today(), 12)
    page = keeper.get(card).content.decode()
    assert ("省特检院" in page, "已过期" in page) == (True, False)
    assert "蒸汽灭菌器" not in keeper.get("/assets/unit/inspections/?show=late").content.decode()
    assert keeper.post(f"{card}inspected/", done(inspection)).status_code == 409, "once a day"
    tomorrow = (campus_today() + timedelta(days=1)).isoformat()
    ahead = keeper.post(f"{card}inspected/", done(inspection, done_on=tomorrow))
    assert (ahead.status_code, "取得日期" in ahead.content.decode()) == (409, False)
    assert InspectionRecord.objects.count() == 1


def test_what_failed_goes_to_repair_and_stays_due(school):
    thing = school.thing("起重机", keeper="T2")
    inspection = planned(thing, days=20)
    keeper, card = school.client("T1"), f"/assets/unit/{thing.public_id}/"
    assert keeper.post(f"{card}inspected/", done(inspection, result="failed")).status_code == 302
    thing.refresh_from_db()
    inspection.refresh_from_db()
    assert (thing.state, inspection.due_on) == ("in_repair", campus_today() + timedelta(days=20))
    assert thing.maintenance.get().fault == "特种设备检验不合格"
    page = keeper.get("/assets/unit/inspections/?show=failed").content.decode()
    assert ("起重机" in page, "有效" in page) == (True, False)
    assert "上次不合格" in keeper.get(card).content.decode()


def test_what_failed_passes_on_the_same_day_and_is_used_again_only_then(school):
    thing = school.thing("起重机", keeper="T2")
    inspection = planned(thing, days=20)
    keeper, card = school.client("T1"), f"/assets/unit/{thing.public_id}/"
    failed, passed = (done(inspection, result=result) for result in ("failed", "passed"))
    repaired = {"is_repaired": "1", "cost": "120", "reason": "换钢丝绳"}
    assert keeper.post(f"{card}inspected/", failed).status_code == 302
    refused = keeper.post(f"{card}repaired/", repaired)
    assert (refused.status_code, "复检合格后" in refused.content.decode()) == (409, True)
    thing.refresh_from_db()
    assert thing.state == "in_repair"
    assert keeper.post(f"{card}inspected/", failed).status_code == 409, "each result once a day"
    assert keeper.post(f"{card}inspected/", passed).status_code == 302
    for again in (failed, passed):
        assert keeper.post(f"{card}inspected/", again).status_code == 409
    page = keeper.get("/assets/unit/inspections/").content.decode()
    assert ("有效" in page, keeper.post(f"{card}repaired/", repaired).status_code) == (True, 302)
    thing.refresh_from_db()
    inspection.refresh_from_db()
    assert (thing.state, inspection.due_on) == ("in_use", months_later(campus_today(), 12))


@pytest.mark.parametrize("way", ["lent", "missing", "to_scrap"])
def test_what_failed_while_it_was_away_goes_to_repair_when_it_is_back(school, way):
    thing = school.thing("起重机", keeper="T2")
    inspection = planned(thing)
    office, keeper, card = school.client("T5"), school.client("T1"), f"/assets/unit/{thing.public_id}/"
    if way == "lent":
        lending.lend(by=SYSTEM, asset=thing, borrower_id=school["T3"], due_on=campus_today())
    else:
        assert keeper.post(f"{card}{'lost' if way == 'missing' else 'scrap'}/", {"reason": "原因"}).status_code == 302
    assert keeper.post(f"{card}inspected/", done(inspection, result="failed")).status_code == 302
    thing.refresh_from_db()
    assert thing.state == way
    back = {
        "lent": f"{card}returned/",
        "missing": f"{card}found/",
        "to_scrap": card.replace("unit", "office") + "keep/",
    }
    client = office if way == "to_scrap" else keeper
    assert client.post(back[way], {"reason": "回来了"}).status_code == 302
    thing.refresh_from_db()
    assert (thing.state, thing.maintenance.get().fault) == ("in_repair", "特种设备检验不合格")


def test_what_failed_is_given_to_nobody(school):
    """Also where it lies in stock by an older way."""
    thing = school.thing("起重机")
    inspection = planned(thing)
    InspectionRecord.objects.create(
        inspection=inspection, done_on=campus_today(), result="failed", inspector="省特检院", due_on=campus_today()
    )
    keeper, card = school.client("T1"), f"/assets/unit/{thing.public_id}/"
    for act, said in (
        ("assign", {"keeper": "T2", "room": "b1-101"}),
        ("lend", {"borrower": "T3", "due_on": campus_today().isoformat()}),
    ):
        refused = keeper.post(f"{card}{act}/", said)
        assert (refused.status_code, "上次不合格" in refused.content.decode()) == (409, True)
    thing.refresh_from_db()
    assert thing.state == "in_stock"


def test_what_failed_is_scrapped_or_inspected_no_more_without_passing(school):
    scrapped, freed = (school.thing(keeper="T2") for _each in range(2))
    for thing in (scrapped, freed):
        inspection = planned(thing)
        inspecting.record(
            by=SYSTEM, inspection=inspection, done_on=campus_today(), result="failed", inspector="省特检院"
        )
    lending.end_repair(by=SYSTEM, asset=scrapped, is_repaired=False, cost_fen=0, reason="修不好")
    inspecting.end(by=SYSTEM, inspection=inspection, reason="不再属于特种设备")
    lending.end_repair(by=SYSTEM, asset=freed, is_repaired=True, cost_fen=0, reason="改作他用")
    states = [type(one).objects.get(pk=one.pk).state for one in (scrapped, freed)]
    assert states == ["to_scrap", "in_use"]


def test_what_is_due_today_is_due_and_not_late(school, clock):
    """At noon of the campus the day of the database's session, in UTC, has begun."""
    thing = school.thing("天平")
    clock("2026-11-20")
    planned(thing)
    keeper = school.client("T1")
    said = {show: keeper.get(f"/assets/unit/inspections/?show={show}").content.decode() for show in ("late", "soon")}
    assert [("天平" in page) for page in said.values()] == [False, True]
    clock("2026-11-21")
    assert "天平" in school.client("T1").get("/assets/unit/inspections/?show=late").content.decode()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"done_on": str(date(2099, 1, 1))}, "不能晚于今天"),
        ({"next_on": str(date(2020, 1, 1))}, "下次检验的日期须在这次之后"),
        ({"inspector": " "}, "这一项要填"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(school, more, said):
    thing = school.thing()
    inspection = planned(thing)
    answer = school.client("T1").post(f"/assets/unit/{thing.public_id}/inspected/", done(inspection, **more))
    assert answer.status_code in {409, 422}
    assert said in answer.content.decode()
    assert not InspectionRecord.objects.exists()


def test_another_things_inspection_is_not_entered_on_this_card(school):
    inspection = planned(school.thing(unit="13"))
    card = f"/assets/unit/{school.thing().public_id}/"
    assert school.client("T1").post(f"{card}inspected/", done(inspection)).status_code == 422
    ended = school.client("T1").post(f"{card}inspection/end/", {"inspection": inspection.pk, "reason": "停用"})
    assert ended.status_code == 422
    inspection.refresh_from_db()
    assert inspection.ended_at is None


def test_ended_it_is_due_no_more_and_may_be_planned_anew(school):
    thing = school.thing()
    inspection, card = planned(thing), f"/assets/unit/{thing.public_id}/"
    said = {"inspection": inspection.pk, "reason": "周期改为半年"}
    assert school.client("T1").post(f"{card}inspection/end/", said).status_code == 302
    assert thing.number not in school.client("T1").get("/assets/unit/inspections/").content.decode()
    assert planned(thing, months=6).every_months == 6
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.filter(pk=inspection.pk).update(ended_at=None, end_reason="")


def test_the_database_keeps_what_was_done_and_that_it_was_planned(school):
    inspection = planned(school.thing())
    made = inspecting.record(
        by=SYSTEM, inspection=inspection, done_on=campus_today(), result="passed", inspector="计量院"
    )
    for change in (
        lambda: InspectionRecord.objects.filter(pk=made.pk).update(result="failed"),
        lambda: InspectionRecord.objects.filter(pk=made.pk).delete(),
        lambda: Inspection.objects.filter(pk=inspection.pk).update(every_months=60),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_what_is_split_off_is_inspected_as_its_batch_is(school):
    batch = school.thing("灭火器", code="A0301", quantity=10, used=campus_today())
    planned(batch, kind="upkeep", days=30)
    part = keeping.split(by=SYSTEM, asset=batch, quantity=4)
    assert part.inspections.get().due_on == campus_today() + timedelta(days=30)


def test_what_is_inspected_keeps_its_import_from_being_rolled_back(school):
    thing = school.thing()
    assert rolling_back.stood_on([thing.pk]) == []
    planned(thing)
    assert rolling_back.stood_on([thing.pk]) == [thing.number]


def test_it_stands_in_the_calendar_of_the_keeper_and_of_who_has_it(school):
    planned(school.thing("天平", keeper="T2"), kind="metrology", days=10)
    since, until = campus_today(), campus_today() + timedelta(days=30)
    for number, page in (("T1", "/assets/unit/"), ("T2", "/assets/mine/"), ("T3", "")):
        found = [one for one in elsewhere.occurrences(viewer(school, number), since, until) if "天平" in one.title]
        assert [one.url.startswith(page) for one in found] == ([True] if page else [])


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 20), 24, date(2028, 5, 20)),
    ],
)
def test_so_many_months_later_is_the_same_day_or_the_last_of_its_month(day, months, later):
    assert months_later(day, months) == later
