"""The units, staff and rooms of the sample campus, as far as its things and its bookings need them."""

from datetime import date, timedelta

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.campus import api as campus
from nanhu.platforms.campus import sample as campus_sample
from nanhu.platforms.flows.services import definitions
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.sample import posts, school_calendar, things
from nanhu.sample.cast import CAST, MEMBERS
from nanhu.sample.demo import labs
from nanhu.sample.demo.venues import fill_venues, placed
from nanhu.sample.units import offices_and_colleges
from nanhu.systems.assets import sample as assets_sample
from nanhu.systems.card import sample as card_sample

BY = Actor.system("test")
ORIGIN = people.Origin(source="test", title="测试")
STAFFED = ("1014", "1016", "1032", "1033", "11", "12", "15", "16")


def record(number, name, kind, unit):
    tie = people.AffiliationRecord(
        kind=kind, campus_no=number, starts_on=date(2015, 7, 1), unit_code=unit, state="active"
    )
    return people.PersonRecord(key=number, name=name, affiliations=(tie,))


def staff():
    yield from (record(one.campus_no, one.name, "staff", one.unit) for one in MEMBERS if one.kind == "staff")
    for unit in STAFFED:
        yield from (record(f"00201500{unit}{number}", f"职工{number}", "staff", unit) for number in range(6))


def make_stage():
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
    placed()
    posts.appoint_everybody(by=BY)
    for role in ("assets", "administrator"):
        clerk = things.hand_of(role).actor
        identity.grant_role(by=BY, account_id=clerk.account_id, role="assets.office")
    return things.stage_of(campus_today())


def fill(stage, *, between=lambda: None):
    """`between`: what happens after the past was entered, and after each day's work."""
    old, receipts = things.past(stage, 7)
    signers = things.hand_of("treasurer").actor, things.hand_of("assets").actor
    made = assets_sample.enter_past(by=BY, old=old, receipts=receipts, signers=signers)
    office = things.office_of(stage)
    assert office is not None
    between()
    assets_sample.begin_office(office)
    between()
    assets_sample.fill_desk(office)
    assets_sample.fill_laboratory(labs.laboratory_of(stage))
    return made


def make_booked():
    """With the rooms that the sample lends, and students of the college who ask for them."""
    make_stage()
    student = CAST["student"].campus_no
    records = [
        record(number, f"学生{number[-1]}", "student", "12") for number in (student, *map(str, range(20241, 20246)))
    ]
    made = people.apply_records(by=BY, records=records, origin=ORIGIN)
    identity.open_accounts(by=BY, person_ids=made.person_ids.values())
    lent = {key: school_calendar.rooms().get(key) for _order, key in placed()}
    campus_sample.set_up_rooms(by=BY, rooms={key: {**room, "unit": ""} for key, room in lent.items() if room})
    definitions.publish_all()
    deliver_pending()
    teacher = CAST["teacher"].campus_no
    load = card_sample.PastRow(teacher, "", "", now() - timedelta(days=40), 30_000, "top_up")
    card_sample.import_history(by=BY, rows=[load])
    fill_venues()
    return made.person_ids[student]
