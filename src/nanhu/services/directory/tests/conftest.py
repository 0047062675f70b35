"""Two units; an office that keeps everything, a secretary who keeps her unit's, a student who reads."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.directory.services import keeping
from nanhu.testing.database import school_fixture
from nanhu.testing.members import SYSTEM, grant, open_staff
from nanhu.testing.sessions import signed_in

STAFF = {"T0001": "李主任", "T0002": "王秘书", "T0003": "赵老师", "T0004": "钱科长", "T0005": "孙科长"}


@dataclass(frozen=True)
class School:
    units: dict[str, int]

    def client(self, number: str) -> Client:
        return signed_in(number)

    def viewer(self, number: str) -> Any:
        return identity.reader_of(identity.account_with(number))

    def actor(self, number: str) -> Actor:
        return Actor(account_id=identity.account_with(number).pk, name=STAFF[number])

    def phone(self, name: str, number: str = "8703568", *, unit: str = "20", **facts: Any) -> Any:
        said = {"name": name, "number": number, **facts}
        return keeping.enter(by=self.actor("T0001"), kind="phone", unit_id=self.units[unit], facts=said)

    def answer(self, question: str, answer: str = "先挂失。", *, unit: str = "20", **facts: Any) -> Any:
        said = {"question": question, "answer": answer, **facts}
        return keeping.enter(by=self.actor("T0001"), kind="answer", unit_id=self.units[unit], facts=said)


def make_school() -> School:
    open_staff(STAFF)
    records = [
        people.UnitRecord(code="00", name="湖南理工学院"),
        people.UnitRecord(code="20", name="财务处", parent_code="00"),
        people.UnitRecord(code="21", name="保卫处", parent_code="00"),
    ]
    people.apply_units(by=SYSTEM, records=records, origin=people.Origin(source="test", title="测试"))
    found = School(people.unit_ids_by_code(["20", "21"]))
    grant("T0001", ["directory.keeper"])
    grant("T0004", ["directory.keeper"])
    grant("T0005", ["directory.keeper"])
    grant("T0002", ["directory.editor"])
    secretary = people.find_person_by_campus_no("T0002")
    assert secretary is not None
    people.appoint(
        by=SYSTEM,
        unit_id=found.units["20"],
        office="secretary",
        person_id=secretary,
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )
    return found


school = school_fixture(make_school)
