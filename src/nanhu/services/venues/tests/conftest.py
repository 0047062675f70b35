"""A small school with a hall, a laboratory of the arts and a live studio; who approves, who keeps keys, who applies."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.revisions import revision_of
from nanhu.platforms.campus import api as campus
from nanhu.platforms.campus.sample import set_up_rooms
from nanhu.platforms.flows import api as flows
from nanhu.platforms.flows.models import Task
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.services.venues.models import Application, Booking, Venue
from nanhu.services.venues.queries import moment_at
from nanhu.services.venues.services import booking, keeping
from nanhu.services.venues.services.booking import Order
from nanhu.testing.database import school_fixture
from nanhu.testing.sessions import signed_in

SYSTEM = Actor.system("test")
PASSWORD = "Reed-Boat-1995"
STAFF = {
    "H1": ("后主任", "1016"),
    "H2": ("分管长", "1000"),
    "K1": ("管钥匙", "1016"),
    "O1": ("调度员", "1008"),
    "L1": ("实主任", "1014"),
    "E1": ("技术甲", "1014"),
    "E2": ("技术乙", "1014"),
    "A1": ("王老师", "12"),
    "C1": ("李院长", "12"),
}
STUDENTS = {"S1": ("林晓湖", "12"), "S2": ("刘一帆", "12"), "S3": ("周南", "12")}
POSTS = (
    ("1016", "head", "H1"),
    ("1000", "head", "H2"),
    ("1008", "head", "O1"),
    ("1014", "head", "L1"),
    ("1014", "asset_keeper", "E1"),
    ("1014", "secretary", "E2"),
    ("12", "head", "C1"),
)
ROLES = (("K1", "venues.keeper"), ("O1", "venues.office"))
WEEK = [[(480, 1320)]] * 7
UNITS = (
    ("1000", "学校", ""),
    ("1016", "后勤处", "1000"),
    ("1008", "教务处", "1000"),
    ("1014", "国资处", "1000"),
    ("12", "计算机学院", "1000"),
)


def in_days(number: int) -> date:
    return campus_today() + timedelta(days=number)


def as_read(venue: Venue) -> str:
    return revision_of(Venue.objects.get(pk=venue.pk), keeping.CHANGED)


def change_venue(venue: Venue, **facts: Any) -> Venue:
    return keeping.change(by=SYSTEM, venue=venue, facts=facts, revision=as_read(venue))


@dataclass(frozen=True)
class School:
    persons: dict[str, int]
    units: dict[str, int]
    venues: dict[str, Venue] = field(default_factory=dict)

    def __getitem__(self, number: str) -> int:
        return self.persons[number]

    def actor(self, number: str) -> Actor:
        account = identity.account_of(self[number])
        assert account is not None
        return Actor(account_id=account.pk, name=number)

    def client(self, number: str) -> Client:
        identity_sample.set_password_for_sample(by=SYSTEM, campus_no=number, password=PASSWORD)
        return signed_in(number)

    def viewer(self, number: str) -> Any:
        identity_sample.set_password_for_sample(by=SYSTEM, campus_no=number, password=PASSWORD)
        return identity.reader_of(identity.account_with(number))

    def venue(self, key: str, name: str, *, uses: list[str], **facts: Any) -> Venue:
        given = {"unit_id": self.units["1016"], "capacity": 300, "faces": ["student", "staff"], "uses": uses}
        made = keeping.register(by=SYSTEM, place=campus.place_with(key), facts={"name": name, **given, **facts})
        keeping.set_season(by=SYSTEM, venue=made, season="平时", first=date(2020, 1, 1), last=None, week=WEEK)
        self.post(made, "first", "1016", "head")
        self.venues[name] = made
        return made

    def post(self, venue: Venue, duty: str, unit: str, office: str) -> None:
        keeping.add_post(by=SYSTEM, venue=venue, duty=duty, unit_id=self.units[unit], office=office)

    def book(self, number: str, venue: Venue, begins: int, ends: int, *, day: int = 7, **more: Any) -> Booking:
        """From hour to hour, in so many days."""
        said = {"use": venue.uses[0], "title": "读书会", "purpose": "分享", "headcount": 20, **more}
        hours = [(moment_at(in_days(day), begins * 60), moment_at(in_days(day), ends * 60))]
        made: Application = booking.book(
            by=self.actor(number),
            person_id=self[number],
            venue=venue,
            order=Order(**said),
            hours=hours,
            token=uuid4(),
        )
        return made.bookings.get()

    def approved(self, number: str, venue: Venue, begins: int, ends: int, **more: Any) -> Booking:
        made = self.book(number, venue, begins, ends, **more)
        self.agree(made, "H1")
        made.refresh_from_db()
        return made

    def agree(self, made: Booking, *numbers: str, decision: str = "agree") -> None:
        for number in numbers:
            [task] = Task.objects.filter(case_id=made.application.case_id, state__in=["open", "claimed"])
            flows.decide(
                by=self.actor(number),
                person_id=self[number],
                task=task,
                decision=decision,
                comment="与考试冲突了",
            )
        deliver_pending()


def record_of(number: str, name: str, unit: str, kind: str) -> people.PersonRecord:
    tie = people.AffiliationRecord(
        kind=kind, campus_no=number, starts_on=date(2020, 9, 1), unit_code=unit, state="active"
    )
    return people.PersonRecord(key=number, name=name, affiliations=(tie,))


def make_school() -> School:
    origin = people.Origin(source="test", title="测试")
    units = [people.UnitRecord(code=code, name=name, parent_code=above) for code, name, above in UNITS]
    people.apply_units(by=SYSTEM, records=units, origin=origin)
    records = [record_of(number, *who, "staff") for number, who in STAFF.items()]
    records += [record_of(number, *who, "student") for number, who in STUDENTS.items()]
    made = people.apply_records(by=SYSTEM, records=records, origin=origin)
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    for number, role in ROLES:
        identity.grant_role(by=SYSTEM, account_id=identity.account_with(number).pk, role=role)
    ids = people.unit_ids_by_code([code for code, _name, _above in UNITS])
    for unit, office, number in POSTS:
        people.appoint(
            by=SYSTEM,
            unit_id=ids[unit],
            office=office,
            person_id=made.person_ids[number],
            starts_on=date(2020, 1, 1),
            ends_on=None,
            document="任命",
        )
    build()
    return School(dict(made.person_ids), ids)


def build() -> None:
    """Two buildings with three rooms each."""
    orders = [campus.PlaceOrder(key="main", name="主校区", kind="campus")]
    orders += [campus.PlaceOrder(key=key, name=f"{key}楼", kind="teaching", parent="main") for key in ("b1", "b2")]
    campus.set_up_places(by=SYSTEM, places=orders)
    room = {"floor": 1, "kind": "hall", "seats": 300, "exam_seats": 0, "area": None, "unit": "1016", "equipment": []}
    rooms = {
        f"{b}.{n}": {**room, "lock": "key", "name": f"{b}.{n}", "building": b} for b in ("b1", "b2") for n in "123"
    }
    set_up_rooms(by=SYSTEM, rooms=rooms)


school = school_fixture(make_school)


@pytest.fixture
def hall(school: School) -> Venue:
    """Set-up and clear-up of half an hour each."""
    return school.venue("b1.1", "报告厅", uses=["hall"], set_up=30, clear_up=30)


@pytest.fixture
def travel() -> Iterator[Any]:
    """Sets the clock of the whole program to a moment."""
    travellers: list[Any] = []

    def to(moment: datetime) -> None:
        while travellers:
            travellers.pop().stop()
        traveller = time_machine.travel(moment, tick=False)
        traveller.start()
        travellers.append(traveller)

    yield to
    while travellers:
        travellers.pop().stop()
