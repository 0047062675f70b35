"""A building with two rooms, two units, two of the asset office, counters, and things that stand there."""

from dataclasses import dataclass
from datetime import date

from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.assets.models import Asset, Classification
from nanhu.testing.database import school_fixture
from nanhu.testing.members import SYSTEM, grant, open_staff
from nanhu.testing.sessions import signed_in

STAFF = {"T2": "李老师", "T3": "王老师", "T5": "钱处长", "T6": "孙科长", "T8": "吴老师"}


@dataclass(frozen=True)
class School:
    units: dict[str, int]
    rooms: dict[str, int]

    def __getitem__(self, number: str) -> int:
        found = people.find_person_by_campus_no(number)
        assert found is not None
        return found

    def actor(self, number: str) -> Actor:
        return Actor(account_id=identity.account_with(number).pk, name=STAFF[number])

    def client(self, number: str) -> Client:
        return signed_in(number)

    def things(
        self, room: str, many: int, *, keeper: str = "T2", unit: str = "12", name: str = "台式计算机"
    ) -> list[Asset]:
        used = date(2026, 9, 17)
        classification = Classification.objects.filter(code__startswith="A02").first()
        if classification is None:
            classification = Classification.objects.create(code="A02", name="设备")
        first = Asset.objects.count() + 1
        return Asset.objects.bulk_create(
            Asset(
                number=numbered(f"2026-A02-{number:06}-"),
                name=name,
                classification=classification,
                value_fen=699_900,
                acquired_on=used,
                put_into_use_on=used,
                unit_id=self.units[unit],
                room_id=self.rooms[room],
                state=Asset.State.IN_USE,
                keeper_id=self[keeper],
            )
            for number in range(first, first + many)
        )


def numbered(start: str) -> str:
    rest = 10
    for digit in filter(str.isdigit, start):
        rest = ((rest + int(digit)) % 10 or 10) * 2 % 11
    return f"{start}{(11 - rest) % 10}"


def make_school() -> School:
    open_staff(STAFF)
    grant("T5", ["assets.office"])
    grant("T6", ["assets.office"])
    records = [people.UnitRecord(code=code, name=name) for code, name in (("12", "计算机学院"), ("13", "化工学院"))]
    people.apply_units(by=SYSTEM, records=records, origin=people.Origin(source="test", title="测试"))
    orders = [
        campus.PlaceOrder(key="b1", name="一号楼", kind="teaching"),
        campus.PlaceOrder(key="b1-101", name="101 机房", kind="room", parent="b1"),
        campus.PlaceOrder(key="b1-102", name="102 库房", kind="room", parent="b1"),
    ]
    campus.set_up_places(by=SYSTEM, places=orders)
    rooms = dict(campus.Place.objects.values_list("key", "pk"))
    return School(people.unit_ids_by_code(["12", "13"]), rooms)


school = school_fixture(make_school)
