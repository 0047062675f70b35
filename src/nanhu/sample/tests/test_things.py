"""The things of the sample campus: entered once, depreciated and closed month by month, with a working day of the asset office."""

from datetime import date

import pytest
from django.db.models import F, Sum

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.sample import posts, school_calendar, things
from nanhu.sample.cast import MEMBERS
from nanhu.sample.units import offices_and_colleges
from nanhu.systems.assets import sample as assets_sample
from nanhu.systems.assets.models import Asset, Disposal, Loss, MonthClose, Movement, Receipt, Transfer

BY = Actor.system("test")
ORIGIN = people.Origin(source="test", title="测试")
STAFFED = ("1014", "1016", "1032", "1033", "11", "12")


def staff():
    cast = [(one.campus_no, one.name, one.unit) for one in MEMBERS if one.kind == "staff"]
    plain = [(f"00201500{unit}{number}", f"职工{number}", unit) for unit in STAFFED for number in range(6)]
    for number, name, where in [*cast, *plain]:
        tie = people.AffiliationRecord(
            kind="staff", campus_no=number, starts_on=date(2015, 7, 1), unit_code=where, state="active"
        )
        yield people.PersonRecord(key=number, name=name, affiliations=(tie,))


@pytest.fixture
def stage(db):
    units = [
        people.UnitRecord(code=one.code, name=one.name, parent_code=one.parent, kind=one.kind)
        for one in offices_and_colleges()
    ]
    people.apply_units(by=BY, records=units, origin=ORIGIN)
    made = people.apply_records(by=BY, records=list(staff()), origin=ORIGIN)
    identity.open_accounts(by=BY, person_ids=made.person_ids.values())
    rooms = [
        campus.PlaceOrder(key=key, name=room["name"], kind="room", parent=room["building"])
        for key, room in school_calendar.rooms().items()
    ]
    campus.set_up_places(by=BY, places=[*school_calendar.places(), *things.places(), *rooms])
    posts.appoint_everybody(by=BY)
    for role in ("assets", "administrator"):
        clerk = things.hand_of(role).actor
        identity.grant_role(by=BY, account_id=clerk.account_id, role="assets.office")
    return things.stage_of(campus_today())


def fill(stage):
    old, receipts = things.past(stage, 7)
    signers = things.hand_of("treasurer").actor, things.hand_of("assets").actor
    made = assets_sample.enter_past(by=BY, old=old, receipts=receipts, signers=signers)
    office = things.office_of(stage)
    assert office is not None
    assets_sample.begin_office(office)
    return made


@pytest.mark.slow
def test_things_are_entered_once_and_no_page_of_the_office_stands_empty(stage):
    assert fill(stage) > 500
    assert fill(stage) == 0
    states = set(Asset.objects.values_list("state", flat=True))
    assert states == set(Asset.State.values)
    assert {one.state for one in Receipt.objects.all()} == set(Receipt.State.values)
    assert {one.state for one in Transfer.objects.all()} == set(Transfer.State.values)
    assert {one.state for one in Disposal.objects.all()} == {"asked", "done"}
    assert Loss.objects.filter(state="asked").count() == 1
    teacher = things.hand_of("teacher").person_id
    assert Asset.objects.filter(keeper=teacher, state="in_use", confirmed_at=None).exists()
    assert Receipt.objects.filter(second_inspector=teacher, state="waiting", first_signed_at__isnull=False).exists()


@pytest.mark.slow
def test_months_are_closed_with_finance_but_the_last(stage):
    fill(stage)
    closes = MonthClose.objects.order_by("month")
    assert [one.state for one in closes] == ["posted"] * 11
    assert all(one.lines.count() == one.difference_count <= 1 for one in closes)
    assert not Asset.objects.filter(carried_fen__gt=F("value_fen")).exists()
    lost = Asset.objects.aggregate(all=Sum(F("carried_fen") + F("booked__fen")))["all"]
    assert 0 < lost < Asset.objects.aggregate(all=Sum("value_fen"))["all"]
    assert Movement.objects.filter(kind="imported", at__date__gte=campus_today()).count() == 0
