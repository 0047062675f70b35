"""A school with units, staff, students and an emulated 企业微信 on a port of its own; its callbacks arrive by the test's own client."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from nanhu.kernel import outgoing
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import SmsMessage
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.services.mobile.adapters.wecom import line as lines
from nanhu.services.mobile.models import Callback, Member
from nanhu.services.mobile.services import callbacks, comparing
from nanhu.services.mobile.services.pushing import push_due
from nanhu.services.mobile.tests.wecom_here import Company, WecomApplication, company_of, served
from nanhu.testing.database import school_fixture
from nanhu.testing.members import PASSWORD, SYSTEM, grant
from nanhu.testing.sessions import signed_in

STAFF = {"T1": ("李主任", "13907300001"), "T2": ("王老师", "13907300002"), "T3": ("赵老师", "13907300003")}
STUDENTS = {"S1": ("曾小楠", "13907300011", "430602200601010017"), "S2": ("周敏", "13907300012", "430602200601010025")}


@dataclass
class Wecom:
    """The emulated company, and what it has told us."""

    application: WecomApplication
    told: list[int] = field(default_factory=list)

    @property
    def company(self) -> Company:
        return self.application.company

    def fault(self, *kinds: str) -> None:
        self.company.faults.extend(kinds)

    def members(self) -> dict[str, int]:
        return {one["userid"]: one["status"] for one in self.company.store.members()}

    def join(self, userid: str) -> None:
        self.application.join(userid)
        work_off_callbacks()

    def leave(self, userid: str) -> None:
        self.application.leave(userid)
        work_off_callbacks()


def work_off_callbacks() -> None:
    for row in Callback.objects.filter(handled_at=None).order_by("pk"):
        callbacks.handle(row.pk)


@pytest.fixture
def wecom(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wecom]:
    found = Wecom(company_of(lines.emulator_facts(configuration())))

    def post(address: str, body: bytes) -> int:
        parts = urlsplit(address)
        answer = Client().post(f"{parts.path}?{parts.query}", body, content_type="text/xml")
        found.told.append(answer.status_code)
        return answer.status_code

    found.application.post = post
    with served(found.application) as port:
        here = replace(configuration(), demo=True, wecom_port=port)
        monkeypatch.setattr(lines, "configuration", lambda: here)
        monkeypatch.setattr(outgoing, "configuration", lambda: here)
        yield found


@dataclass(frozen=True)
class School:
    persons: dict[str, int]

    def client(self, number: str) -> Client:
        return signed_in(number)

    def actor(self, number: str) -> Actor:
        return Actor(account_id=identity.account_with(number).pk, name=STAFF.get(number, ("学生",))[0])

    def member(self, number: str) -> Member:
        return Member.objects.get(person_id=self.persons[number])

    def record(self, number: str, **facts: Any) -> None:
        """Another word of the office about somebody."""
        kind = "student" if number.startswith("S") else "staff"
        said = {"kind": kind, "campus_no": number, "starts_on": date(2020, 9, 1), **facts.pop("affiliation", {})}
        row = people.PersonRecord(
            key=number,
            person_id=self.persons.get(number),
            affiliations=(people.AffiliationRecord(**said),),
            **facts,
        )
        made = people.apply_records(by=SYSTEM, records=[row], origin=people.Origin(source="test", title="测试"))
        self.persons[number] = made.person_ids[number]
        deliver_pending()


def make_school() -> School:
    units = [
        people.UnitRecord(code="00", name="湖南理工学院"),
        people.UnitRecord(code="12", name="信息学院", kind="学院", parent_code="00"),
        people.UnitRecord(code="1201", name="软件2601", kind="班级", parent_code="12"),
        people.UnitRecord(code="20", name="财务处", parent_code="00"),
    ]
    people.apply_units(by=SYSTEM, records=units, origin=people.Origin(source="test", title="测试"))
    records = [person(number, name, phone, "staff", "20") for number, (name, phone) in STAFF.items()] + [
        person(number, name, phone, "student", "1201", document) for number, (name, phone, document) in STUDENTS.items()
    ]
    made = people.apply_records(by=SYSTEM, records=records, origin=people.Origin(source="test", title="测试"))
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    identity_sample.set_passwords_for_sample(by=SYSTEM, person_ids=made.person_ids.values(), password=PASSWORD)
    grant("T1", ["mobile.keeper", "mobile.personnel"])
    deliver_pending()
    return School(dict(made.person_ids))


school = school_fixture(make_school)


def person(number: str, name: str, phone: str, kind: str, unit: str, *document: str) -> people.PersonRecord:
    held = people.AffiliationRecord(
        kind=kind, campus_no=number, starts_on=date(2020, 9, 1), unit_code=unit, state="active"
    )
    papers = {"document_kind": "1", "id_number": document[0]} if document else {}
    return people.PersonRecord(key=number, name=name, phone=phone, affiliations=(held,), **papers)


@pytest.fixture
def syncing(school: School, wecom: Wecom) -> School:
    """The sync has begun, and everybody who is due has been pushed."""
    comparing.compare(by=SYSTEM)
    comparing.start(by=SYSTEM)
    settle()
    return school


def settle() -> None:
    """As the worker does: until nothing is due."""
    for _round in range(6):
        Member.objects.filter(due_at__isnull=False).update(due_at=now())
        if not push_due():
            return


def last_code(phone: str) -> str:
    return str([one.code for one in SmsMessage.objects.order_by("pk") if str(one.phone) == phone and one.code][-1])


__all__ = ["STAFF", "STUDENTS", "School", "Wecom", "campus_today", "last_code", "make_school", "settle"]
