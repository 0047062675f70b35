"""Depreciation in the database (折旧): the month of putting into use, late registration, improvement, disposal, splits, once only."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.systems.assets.errors import MonthAheadError, MonthBookedError, MonthMissingError
from nanhu.systems.assets.models import Asset, Depreciation, Plan
from nanhu.systems.assets.services import depreciating, disposing, keeping
from nanhu.systems.assets.services.depreciating import accumulated_fen, depreciate
from nanhu.systems.assets.tests.conftest import SYSTEM, token


def months(asset):
    return [(f"{row.month:%Y-%m}", row.fen) for row in asset.depreciation.order_by("month")]


def run(year, month):
    return depreciate(by=SYSTEM, month=date(year, month, 1))


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
    depreciating.improve(by=SYSTEM, asset=asset, added_fen=120_000, months=24, reason="加内存和显卡")
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
        depreciating.improve(by=SYSTEM, asset=asset, added_fen=120_000, months=24, reason="加内存")
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
    return disposing.agree(by=school.actor("T6"), lot=lot)


def test_the_month_of_disposal_is_not_taken(school, clock):
    clock("2026-11-30")
    asset = school.thing()
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
    clock("2042-12-31")
    run(2042, 12)
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
