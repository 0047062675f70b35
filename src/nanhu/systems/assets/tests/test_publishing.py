"""What other systems read of things: the shared tables, each night."""

from datetime import date

from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.datahub.jobs import forget_fields
from nanhu.platforms.datahub.models import SharedRow
from nanhu.systems.assets import publishing
from nanhu.systems.assets.counting.services import concluding
from nanhu.systems.assets.counting.tests.counts import backdated, bring, row
from nanhu.systems.assets.counting.tests.counts import opened as counting
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.publishing import publish_everything
from nanhu.systems.assets.services import deciding, disposing, lending
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.tests.conftest import SYSTEM, token
from nanhu.systems.assets.tests.test_receiving import opened, sign


def test_no_name_stops_the_night_and_no_table_another(school, clock, monkeypatch):
    clock("2026-10-31")
    thing = school.thing()
    Asset.objects.filter(pk=thing.pk).update(name="激光\n" + "长" * 200)
    depreciate(by=SYSTEM, month=date(2026, 10, 1))
    assert publish_everything() == 2
    assert datahub.rows("assets.asset", keys=[(thing.number,)])[0].name == "激光 " + "长" * 97
    monkeypatch.setitem(publishing.TABLES, "assets.asset", (lambda: iter([{"number": "no thing"}]), True))
    clock("2026-11-30")
    depreciate(by=SYSTEM, month=date(2026, 11, 1))
    assert publish_everything() == 1, "the month is told though the things could not be"


def test_things_receipts_disposals_and_months_are_told_and_told_once(school, clock):
    clock("2026-10-31")
    receipt = opened(school, quantity=2)
    for number in ("T2", "T3"):
        sign(school, receipt, number)
    kept = school.thing(keeper="T2")
    old = school.thing(used=date(2010, 1, 1))
    depreciate(by=SYSTEM, month=date(2026, 10, 1))
    clock("2026-11-02")
    disposing.ask_to_scrap(by=SYSTEM, asset=old, reason="老化")
    lot = disposing.ask(
        by=school.actor("T5"),
        token=token(),
        title="一批",
        kind="scrap",
        public_ids=[old.public_id],
        reason="老化",
        wiping="已消磁",
        income_fen=500,
    )
    deciding.agree(by=school.actor("T6"), found=lot)
    assert publish_everything() == 4 + 1 + 1 + 1
    thing = datahub.rows("assets.asset", keys=[(kept.number,)])[0]
    assert (thing.campus_no, thing.place, thing.state, thing.accumulated_fen) == ("T2", "b1-101", "in_use", 19_441)
    assert [one.state for one in datahub.rows("assets.asset", keys=[(old.number,)])] == ["disposed"]
    assert [(one.amount_fen, one.invoice_fen) for one in datahub.rows("assets.receipt")] == [(1_399_800, 2_000_000)]
    assert [(one.income_fen, one.accumulated_fen) for one in datahub.rows("assets.disposal")] == [(500, 699_900)]
    month = datahub.rows("assets.depreciation_month")[0]
    assert (month.month, month.unit_code, month.classification) == ("2026-10", "12", "A0201")
    assert publish_everything() == 0


def test_what_was_wrong_with_a_thing_is_told_no_longer_than_its_repair_needs_and_then_forgotten(school, clock):
    clock("2027-03-02")
    thing = lending.report_broken(by=SYSTEM, asset=school.thing(keeper="T2"), fault="屏幕摔碎了")
    publish_everything()
    clock("2027-03-05")
    lending.end_repair(by=SYSTEM, asset=thing, is_repaired=True, cost_fen=0, reason="换了屏")
    publish_everything()
    [told] = datahub.rows(publishing.REPAIRS)
    assert (told.fault, told.state) == ("屏幕摔碎了", "repaired")
    clock("2027-04-20")
    publish_everything()
    [told] = datahub.rows(publishing.REPAIRS)
    assert (told.fault, told.state) == (None, "repaired"), "that it was mended stays"
    clock("2027-07-25")
    publish_everything()
    forget_fields()
    held = SharedRow.objects.filter(table_key=publishing.REPAIRS)
    assert (held.count(), held.filter(data__has_key="fault").count()) == (3, 0)


def test_a_count_is_told_once_two_people_signed_it(school):
    thing, moved, used = (school.thing() for _each in range(3))
    take = backdated(counting(school))
    other = row(used.number, is_other_keeper=True)
    seen = [row(thing.number), row(thing.number), row(moved.number, room=""), other, row("nobody's")]
    bring(school, take, seen)
    result = concluding.ask(by=school.actor("T5"), take=take)
    publish_everything()
    assert list(datahub.rows("assets.count")) == []
    concluding.approve(by=school.actor("T6"), result=result)
    publish_everything()
    [told] = datahub.rows("assets.count")
    assert (told.take, told.booked, told.match, told.unknown) == (str(take.public_id), 3, 1, 1)
    assert (told.other_keeper, told.unplaced, told.seen_twice, told.gone) == (1, 1, 1, 0)
