"""The things of the sample campus: entered once, depreciated and closed month by month, with a working day of the asset office and of the
laboratories."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import F, Sum

from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.sample import things
from nanhu.sample.tests.places import fill, make_stage
from nanhu.systems.assets.counting.models import CountResult, FoundReport
from nanhu.systems.assets.models import (
    Asset,
    BookedMonth,
    CardImport,
    ClassImport,
    Disposal,
    Improvement,
    Inspection,
    Instrument,
    Loss,
    MonthClose,
    Movement,
    Receipt,
    Rent,
    Reversal,
    StockItem,
    Transfer,
)
from nanhu.systems.assets.queries.books import last_booked
from nanhu.systems.assets.rules import month_after, month_of
from nanhu.testing.database import school_fixture


def make_filled():
    stage = make_stage()
    assert fill(stage) > 500
    return stage


stage = school_fixture(make_filled)


@pytest.mark.slow
def test_things_are_entered_once_and_no_page_of_the_office_stands_empty(stage):
    assert fill(stage) == 0
    states = set(Asset.objects.values_list("state", flat=True))
    assert states == set(Asset.State.values)
    assert {one.state for one in Receipt.objects.all()} == set(Receipt.State.values)
    assert {one.state for one in Transfer.objects.all()} == set(Transfer.State.values)
    assert {one.state for one in Disposal.objects.all()} == {"asked", "done"}
    assert Loss.objects.filter(state="asked").count() == 1
    [rent] = Rent.objects.select_related("bill", "letting")
    assert (rent.bill.state, rent.letting.payer_id, rent.bill.amount_fen) == ("open", rent.bill.person_id, 20_000)
    assert Transfer.objects.filter(to_unit=stage.unit_ids["1032"], accepted_at=None, state="asked").exists()
    for model in (Improvement, Reversal, CardImport, ClassImport, CountResult):
        assert model.objects.filter(state__in=["asked", "submitted"]).exists(), model
    assert {one.settled_at is None for one in FoundReport.objects.all()} == {True, False}
    teacher = things.hand_of("teacher").person_id
    assert Asset.objects.filter(keeper=teacher, state="in_use", confirmed_at=None).exists()
    assert Receipt.objects.filter(second_inspector=teacher, state="waiting", first_signed_at__isnull=False).exists()


@pytest.mark.slow
@pytest.mark.usefixtures("stage")
def test_months_are_closed_with_finance_but_the_last():
    closes = MonthClose.objects.order_by("month")
    assert [one.state for one in closes] == ["posted"] * 11
    assert all(one.lines.count() == one.difference_count <= 1 for one in closes)
    assert not Asset.objects.filter(carried_fen__gt=F("value_fen")).exists()
    lost = Asset.objects.aggregate(all=Sum(F("carried_fen") + F("booked__fen")))["all"]
    assert 0 < lost < Asset.objects.aggregate(all=Sum("value_fen"))["all"]
    assert Movement.objects.filter(kind="imported", at__date__gte=campus_today()).count() == 0


@pytest.mark.slow
@pytest.mark.usefixtures("stage")
def test_no_page_of_the_laboratories_stands_empty():
    shared = {one.asset.name: one for one in Instrument.objects.select_related("asset__room")}
    assert {"场发射扫描电子显微镜", "高性能计算集群"} <= shared.keys()
    assert {one.asset.room.key.startswith("east.lab.") for one in shared.values()} == {True}
    assert shared["场发射扫描电子显微镜"].fee_fen == 20_000
    short = StockItem.objects.filter(balance__lt=F("least"))
    assert set(short.values_list("kind", flat=True)) == set(StockItem.Kind.values)
    assert all(one.moves.order_by("-at")[0].balance == one.balance for one in StockItem.objects.all())
    inspections = Inspection.living()
    days = {(one.due_on - campus_today()).days for one in inspections}
    assert 12 in days
    assert min(days) < 0
    assert {one.result for one in inspections} >= {"passed", "failed"}
    assert Asset.objects.get(inspections__in=inspections.filter(result="failed")).state == Asset.State.IN_REPAIR


@pytest.mark.slow
@pytest.mark.django_db
def test_months_that_turn_while_it_is_made_are_booked_as_well():
    stage, this = make_stage(), month_of(campus_today())
    turns = [start_of(month_after(this)), start_of(month_after(month_after(this)))]
    with time_machine.travel(turns[0] - timedelta(seconds=1), tick=False) as clock:
        booked = []

        def turn():
            booked.append(last_booked())
            clock.move_to(turns.pop(0))

        fill(stage, between=turn)
        assert [*booked[1:], last_booked()] == [this, month_after(this)]
        assert not BookedMonth.objects.filter(booked_at__gt=now()).exists()
