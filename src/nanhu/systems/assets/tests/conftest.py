"""A small school with things in it: a college and an office, their keepers, a room each, the asset office."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.systems.assets.models import Asset, Classification, Movement
from nanhu.systems.assets.services.receiving import enter_thing
from nanhu.testing.database import school_fixture
from nanhu.testing.sessions import signed_in

SYSTEM = Actor.system("test")
PASSWORD = "Reed-Boat-1995"
STAFF = {
    "T1": ("陈资产", "12"),
    "T2": ("李老师", "12"),
    "T3": ("王老师", "12"),
    "T4": ("赵采购", "12"),
    "T5": ("钱处长", "1001"),
    "T6": ("孙科长", "1001"),
    "T7": ("周资产", "13"),
    "T8": ("吴老师", "13"),
    "T9": ("郑会计", "1001"),
}
ROLES = (
    ("T1", "assets.keeper"),
    ("T7", "assets.keeper"),
    ("T5", "assets.office"),
    ("T6", "assets.office"),
    ("T9", "assets.finance"),
)


@dataclass(frozen=True)
class School:
    persons: dict[str, int]
    units: dict[str, int]
    rooms: dict[str, int]

    def __getitem__(self, number: str) -> int:
        return self.persons[number]

    def actor(self, number: str) -> Actor:
        account = identity.account_of(self[number])
        assert account is not None
        return Actor(account_id=account.pk, name=STAFF.get(number, (number,))[0])

    def client(self, number: str) -> Client:
        return signed_in(number)

    def thing(
        self,
        name: str = "台式计算机",
        *,
        code: str = "A0201",
        fen: int = 699_900,
        used: date = date(2026, 9, 17),
        quantity: int = 1,
        keeper: str = "",
        unit: str = "12",
    ) -> Asset:
        """In stock of the college, or in use with somebody."""
        asset = Asset(
            name=name,
            classification=Classification.objects.get(code=code),
            value_fen=fen,
            quantity=quantity,
            acquired_on=used,
            put_into_use_on=used,
            unit_id=self.units[unit],
            room_id=self.rooms["b1-101"],
            state=Asset.State.IN_USE if keeper else Asset.State.IN_STOCK,
            keeper_id=self[keeper] if keeper else None,
        )
        with transaction.atomic():
            return enter_thing(by=SYSTEM, asset=asset, kind=Movement.Kind.RECEIVED)


def make_school() -> School:
    units = (
        people.UnitRecord(code="1000", name="学校"),
        people.UnitRecord(code="1001", name="国资处", parent_code="1000"),
        people.UnitRecord(code="12", name="计算机学院", parent_code="1000", kind="教学学院"),
        people.UnitRecord(code="1201", name="软件系", parent_code="12", kind="系"),
        people.UnitRecord(code="13", name="化工学院", parent_code="1000", kind="教学学院"),
    )
    origin = people.Origin(source="test", title="测试")
    people.apply_units(by=SYSTEM, records=units, origin=origin)
    records = [person_record(number, name, unit) for number, (name, unit) in STAFF.items()]
    made = people.apply_records(by=SYSTEM, records=records, origin=origin)
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    identity_sample.set_passwords_for_sample(by=SYSTEM, person_ids=made.person_ids.values(), password=PASSWORD)
    for number, role in ROLES:
        account = identity.account_of(made.person_ids[number])
        assert account is not None
        identity.grant_role(by=SYSTEM, account_id=account.pk, role=role)
    ids = people.unit_ids_by_code([unit.code for unit in units])
    for unit, number in (("12", "T1"), ("13", "T7")):
        people.appoint(
            by=SYSTEM,
            unit_id=ids[unit],
            office="asset_keeper",
            person_id=made.person_ids[number],
            starts_on=date(2020, 1, 1),
            ends_on=None,
            document="任命",
        )
    orders = [
        campus.PlaceOrder(key="main", name="主校区", kind="campus"),
        campus.PlaceOrder(key="b1", name="一号楼", kind="teaching", parent="main"),
        campus.PlaceOrder(key="b1-101", name="101", kind="room", parent="b1"),
        campus.PlaceOrder(key="b1-102", name="102", kind="room", parent="b1"),
    ]
    campus.set_up_places(by=SYSTEM, places=orders)
    rooms = dict(campus.Place.objects.values_list("key", "pk"))
    return School(dict(made.person_ids), ids, rooms)


def person_record(number: str, name: str, unit: str) -> people.PersonRecord:
    tie = people.AffiliationRecord(
        kind="staff", campus_no=number, starts_on=date(2020, 9, 1), unit_code=unit, state="active"
    )
    return people.PersonRecord(key=number, name=name, affiliations=(tie,))


def token() -> object:
    return uuid4()


school = school_fixture(make_school)


@pytest.fixture
def clock() -> Iterator[Callable[[str], None]]:
    """Sets the clock of the whole program: `clock("2026-12-31")`."""
    time_machine = pytest.importorskip("time_machine")
    travellers = []

    def at(day: str) -> None:
        while travellers:
            travellers.pop().stop()
        traveller = time_machine.travel(f"{day}T12:00+08:00", tick=False)
        traveller.start()
        travellers.append(traveller)

    yield at
    while travellers:
        travellers.pop().stop()
