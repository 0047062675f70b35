"""Depreciation in the database (折旧): the month of putting into use, late registration, improvement, disposal, splits, once only."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import SamePersonError, WrongStateError
from nanhu.systems.assets.errors import (
    MonthAheadError,
    MonthBookedError,
    MonthMissingError,
    MonthOrderError,
    MovedSinceError,
    NothingAddedError,
    OwnThingError,
    SplitError,
    ValueChangedError,
)
from nanhu.systems.assets.models import Asset, Booked, BookedMonth, BookedSum, Depreciation, Plan
from nanhu.systems.assets.rules import MONTHS_KEY, month_after
from nanhu.systems.assets.services import deciding, disposing, improving, keeping, losing, transferring
from nanhu.systems.assets.services.depreciating import accumulated_fen, depreciate
from nanhu.systems.assets.tests.conftest import SYSTEM, token


def months(asset):
    return [(f"{row.month:%Y-%m}", row.fen) for row in asset.depreciation.order_by("month")]


def run(year, month):
    """All months after the last that was booked, one after the other."""
    last, until = BookedMonth.objects.order_by("-month").first(), date(year, month, 1)
    one, added = until if last is None or last.month >= until else month_after(last.month), 0
    while one <= until:
        added += depreciate(by=SYSTEM, month=one)
        one = month_after(one)
    return added


def improved(school, asset, added_fen, months):
    asked = improving.ask(
        by=school.actor("T5"), token=token(), asset=asset, added_fen=added_fen, months=months, reason="改造"
    )
    improving.agree(by=school.actor("T6"), improvement=asked)


def booked_at_once(year, month):
    """Years in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT assets_depreciate(%s, %s)", [date(year, month, 1)] * 2)


def test_a_computer_from_the_month_of_putting_into_use(school, clock):
    clock("2026-12-31")
    asset = school.thing()
    run(2026, 12)
    assert months(asset) == [("2026-09", 9_720), ("2026-10", 9_721), ("2026-11", 9_721), ("2026-12", 9_721)]
    assert accumulated_fen(asset) == 38_883


def test_the_same_run_again_adds_nothing(school, clock):
    clock("2026-12-31")
    school.thing()
    assert run(2026, 12) == 4
    assert run(2026, 12) == 0


def test_all_months_of_its_life_are_its_value(school, clock):
    clock("2026-12-31")
    asset = school.thing(fen=100_001, used=date(2019, 3, 5))
    run(2026, 12)
    assert asset.depreciation.count() == 72
    assert accumulated_fen(asset) == 100_001


def test_what_is_registered_late_is_booked_late_by_its_own_month(school, clock):
    clock("2026-05-31")
    asset = school.thing(used=date(2026, 3, 10))
    run(2026, 5)
    rows = asset.depreciation.order_by("month").values_list("month", "booked_in")
    assert [(row[0].month, row[1].month) for row in rows] == [(3, 5), (4, 5), (5, 5)]


def test_no_month_that_has_not_ended(school, clock):
    clock("2026-12-30")
    school.thing()
    with pytest.raises(MonthAheadError):
        run(2026, 12)


@pytest.mark.parametrize("code", ["A0301", "A0401", "A06", "A0103"])
def test_some_classes_are_never_depreciated(school, clock, code):
    clock("2026-12-31")
    school.thing(code=code)
    assert run(2026, 12) == 0


def test_a_nominal_value_is_never_depreciated(school, clock):
    clock("2026-12-31")
    school.thing(fen=100)
    assert run(2026, 12) == 0


def test_an_improvement_depreciates_the_rest_anew_and_leaves_what_was_booked(school, clock):
    clock("2026-11-30")
    asset = school.thing()
    run(2026, 11)
    before = months(asset)
    clock("2026-12-10")
    improved(school, asset, 120_000, 24)
    clock("2028-11-30")
    run(2028, 11)
    assert months(asset)[:3] == before
    asset.refresh_from_db()
    assert asset.value_fen == 819_900
    assert accumulated_fen(asset) == 819_900
    assert asset.depreciation.count() == 27


def test_an_improvement_waits_for_the_months_before_it(school, clock):
    clock("2026-12-10")
    asset = school.thing()
    with pytest.raises(MonthMissingError):
        improved(school, asset, 120_000, 24)
    assert Plan.objects.count() == 1


def scrapped(school, asset):
    disposing.ask_to_scrap(by=school.actor("T1"), asset=asset, reason="主板烧毁")
    lot = disposing.ask(
        by=school.actor("T5"),
        token=token(),
        title="一批电脑",
        kind="scrap",
        public_ids=[asset.public_id],
        reason="报废",
        appraisal="主板烧毁，无修复价值",
        wiping="硬盘已拆下消磁",
    )
    return deciding.agree(by=school.actor("T6"), found=lot)


def test_the_month_of_disposal_is_not_taken(school, clock):
    clock("2026-11-30")
    asset = school.thing()
    run(2026, 11)
    clock("2026-12-10")
    scrapped(school, asset)
    clock("2026-12-31")
    run(2026, 12)
    assert [month for month, _fen in months(asset)] == ["2026-09", "2026-10", "2026-11"]


def test_disposed_of_in_its_first_month_it_has_no_row(school, clock):
    clock("2026-09-20")
    asset = school.thing()
    scrapped(school, asset)
    clock("2026-12-31")
    run(2026, 12)
    assert months(asset) == []


def test_nothing_is_disposed_of_in_a_month_that_is_booked(school, clock):
    clock("2026-12-31")
    asset = school.thing()
    run(2026, 12)
    with pytest.raises(MonthBookedError):
        scrapped(school, asset)
    asset.refresh_from_db()
    assert asset.state == Asset.State.TO_SCRAP


def test_a_split_batch_still_adds_up_to_its_value(school, clock):
    clock("2026-11-30")
    asset = school.thing("实验凳", code="A0501", fen=100_003, quantity=10, used=date(2026, 9, 1))
    run(2026, 11)
    clock("2026-12-05")
    part = keeping.split(by=SYSTEM, asset=asset, quantity=3)
    asset.refresh_from_db()
    assert (asset.quantity, part.quantity) == (7, 3)
    assert asset.value_fen + part.value_fen == 100_003
    booked_at_once(2042, 12)
    assert (accumulated_fen(asset), accumulated_fen(part)) == (asset.value_fen, part.value_fen)


@pytest.mark.parametrize("statement", ["UPDATE assets_depreciation SET fen = 0", "DELETE FROM assets_depreciation"])
def test_the_database_refuses_to_change_what_was_booked(school, clock, statement):
    clock("2026-12-31")
    school.thing()
    run(2026, 12)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Depreciation.objects.count() == 4


def test_one_row_an_asset_and_month(school, clock):
    clock("2026-12-31")
    asset = school.thing()
    run(2026, 12)
    first = asset.depreciation.first()
    first.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_months_are_booked_one_after_the_other(school, clock):
    clock("2026-12-31")
    school.thing()
    run(2026, 10)
    for month in (date(2026, 9, 1), date(2026, 12, 1)):
        with pytest.raises(MonthOrderError) as refused:
            depreciate(by=SYSTEM, month=month)
        assert "2026年11月" in str(refused.value)
    assert depreciate(by=SYSTEM, month=date(2026, 10, 1)) == 0
    assert run(2026, 12) == 2
    assert not Depreciation.objects.filter(month=date(2026, 11, 1)).exclude(booked_in=date(2026, 11, 1)).exists()


def transferred(school, asset, unit="13", keeper="T8"):
    asked = transferring.ask(
        by=school.actor("T1"),
        token=token(),
        asset=Asset.objects.get(pk=asset.pk),
        to_unit_id=school.units[unit],
        to_keeper_id=school[keeper],
        to_room_id=school.rooms["b1-102"],
        reason="专业调整",
    )
    if asked.accepted_at is None:
        transferring.accept(by=school.actor("T7"), transfer=asked)
    return transferring.agree(by=school.actor("T5"), transfer=asked)


def test_months_before_a_transfer_stay_with_who_had_it_however_late_they_are_booked(school, clock):
    clock("2026-10-03")
    asset = school.thing(used=date(2026, 8, 1))
    clock("2026-11-03")
    transferred(school, asset)
    clock("2026-12-02")
    transferred(school, asset, "12", "T2")
    clock("2026-12-31")
    run(2026, 12)
    units = asset.depreciation.order_by("month").values_list("unit__code", flat=True)
    assert list(units) == ["12", "12", "12", "13", "12"]


def test_an_improvement_adds_something(school):
    asset = school.thing(used=campus_today())
    with pytest.raises(NothingAddedError):
        improved(school, asset, 0, 1)


def test_what_was_split_off_is_not_voided(school):
    asset = school.thing("实验凳", code="A0501", fen=200_000, quantity=10, used=campus_today())
    part = keeping.split(by=SYSTEM, asset=asset, quantity=3)
    with pytest.raises(MovedSinceError):
        keeping.void_number(by=SYSTEM, asset=part, reason="多登了")
    part.refresh_from_db()
    assert part.state == Asset.State.IN_STOCK


def ruled(school, asset):
    losing.report_lost(by=school.actor("T1"), asset=asset, reason="不见了")
    return losing.propose_ruling(by=school.actor("T5"), token=token(), asset=asset, fault="none", findings="查过")


def run_may_begin():
    """Asked on another connection, as the month's run asks."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [MONTHS_KEY])
            return cursor.fetchone()[0]
    finally:
        other.close()


@pytest.mark.parametrize(
    "act",
    [
        lambda school, asset: improved(school, asset, 1, 2),
        lambda _school, asset: keeping.split(by=SYSTEM, asset=asset, quantity=1),
        lambda _school, asset: keeping.void_number(by=SYSTEM, asset=asset, reason="重复"),
        scrapped,
        ruled,
        transferred,
    ],
)
def test_no_run_of_a_month_comes_between_an_act_and_its_end(school, act):
    asset = school.thing("实验凳", code="A0501", fen=200_000, quantity=10, used=campus_today())
    assert run_may_begin()
    act(school, asset)
    assert not run_may_begin()


@pytest.mark.parametrize("column", ["asset_id", "unit_id"])
def test_the_database_books_nothing_of_a_thing_or_a_unit_that_is_not_there(school, column):
    asset = school.thing("投影仪", code="A0201", fen=699_900, used=campus_today())
    first = campus_today().replace(day=1)
    row = {"asset_id": asset.pk, "unit_id": asset.unit_id, "month": first, "booked_in": first, "fen": 1}
    with pytest.raises(IntegrityError, match="not there"), transaction.atomic():
        Depreciation.objects.create(**row | {column: 10**9})
    Depreciation.objects.create(**row)


def sums():
    with connection.cursor() as cursor:
        cursor.execute("SELECT asset_id, sum(fen)::bigint FROM assets_depreciation GROUP BY 1 ORDER BY 1")
        things = cursor.fetchall()
        cursor.execute(
            "SELECT booked_in, count(*)::int, count(*) FILTER (WHERE month < booked_in)::int, sum(fen)::bigint "
            "FROM assets_depreciation GROUP BY 1 ORDER BY 1"
        )
        return things, cursor.fetchall()


def test_the_sums_that_pages_read_are_those_of_the_rows(school, clock):
    clock("2026-11-30")
    school.thing(used=date(2026, 6, 1))
    batch = school.thing("实验凳", code="A0501", fen=100_003, quantity=7, used=date(2026, 9, 1))
    run(2026, 10)
    school.thing(used=date(2026, 5, 1))
    run(2026, 11)
    clock("2026-12-02")
    keeping.split(by=SYSTEM, asset=batch, quantity=3)
    clock("2026-12-31")
    run(2026, 12)
    kept = list(Booked.objects.order_by("asset").values_list("asset_id", "fen"))
    months_kept = list(BookedSum.objects.order_by("month").values_list("month", "row_count", "late_count", "fen"))
    assert (kept, months_kept) == sums()
    assert [late for _month, _rows, late, _fen in months_kept] == [5, 6, 0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assets_booked SET fen = fen + 1",
        "DELETE FROM assets_booked",
        "INSERT INTO assets_booked (asset_id, fen) SELECT id + 1, 1 FROM assets_asset",
        "UPDATE assets_booked_sum SET fen = 0",
        "DELETE FROM assets_booked_sum",
    ],
)
def test_nobody_writes_a_sum_by_hand(school, clock, statement):
    clock("2026-12-31")
    school.thing()
    run(2026, 12)
    with pytest.raises(IntegrityError, match="sums follow"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_improvement_is_agreed_by_another(school):
    asset = school.thing(used=campus_today())
    asked = improving.ask(by=school.actor("T5"), token=token(), asset=asset, added_fen=1, months=9, reason="改造")
    with pytest.raises(SamePersonError):
        improving.agree(by=school.actor("T5"), improvement=asked)
    with pytest.raises(WrongStateError):
        improving.ask(by=school.actor("T6"), token=token(), asset=asset, added_fen=2, months=9, reason="再改")
    improving.refuse(by=school.actor("T6"), improvement=asked, answer="没有验收")
    asset.refresh_from_db()
    assert (asset.value_fen, asset.plans.count()) == (699_900, 1)


def test_nobody_improves_his_own_thing_nor_one_whose_value_changed_meanwhile(school):
    own = school.thing(keeper="T5", unit="12", used=campus_today())
    with pytest.raises(OwnThingError):
        improving.ask(by=school.actor("T5"), token=token(), asset=own, added_fen=1, months=9, reason="改造")
    batch = school.thing("实验凳", code="A0501", fen=200_000, quantity=10, used=campus_today())
    asked = improving.ask(by=school.actor("T5"), token=token(), asset=batch, added_fen=1, months=9, reason="改造")
    keeping.split(by=SYSTEM, asset=batch, quantity=5)
    with pytest.raises(ValueChangedError):
        improving.agree(by=school.actor("T6"), improvement=asked)
    batch.refresh_from_db()
    assert batch.value_fen == 100_000


def test_the_value_of_a_thing_does_not_change_without_a_movement(school):
    asset = school.thing(used=campus_today())
    with pytest.raises(IntegrityError, match="without a movement"), transaction.atomic():
        Asset.objects.filter(pk=asset.pk).update(value_fen=1)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Asset.objects.get(pk=asset.pk).value_fen == 699_900


def test_a_batch_of_less_than_a_fen_a_piece_is_not_split(school):
    asset = school.thing("螺丝", code="A0502", fen=3, quantity=10, used=campus_today())
    with pytest.raises(SplitError):
        keeping.split(by=SYSTEM, asset=asset, quantity=1)
