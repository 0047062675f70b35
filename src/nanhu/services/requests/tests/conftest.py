"""A small school: offices, a college, two buildings, a crew for each, students and staff who report, work, answer and complain."""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from nanhu.kernel.actors import Actor
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.services.requests.models import Crew, FaultClass, Request
from nanhu.services.requests.services import anonymous, filing
from nanhu.services.requests.services.settings import set_crew
from nanhu.services.requests.views import anonymous as pages
from nanhu.testing.database import school_fixture
from nanhu.testing.members import PASSWORD, SYSTEM
from nanhu.testing.sessions import signed_in

UNITS = (
    ("1000", "学校", "", ""),
    ("1001", "党委办公室、校长办公室", "1000", ""),
    ("1002", "纪委办公室", "1000", ""),
    ("1004", "党委宣传部", "1000", ""),
    ("1012", "计划财务处", "1000", ""),
    ("1016", "后勤管理处", "1000", ""),
    ("1032", "信息中心", "1000", ""),
    ("1033", "校园卡办", "1032", ""),
    ("12", "计算机学院", "1000", "教学学院"),
)
STAFF = {
    "D1": ("丁调度", "1016", ("requests.dispatcher",)),
    "L1": ("罗负责", "1016", ("requests.leader",)),
    "W1": ("王师傅", "1016", ("requests.worker",)),
    "W2": ("吴师傅", "1016", ("requests.worker",)),
    "W3": ("伍师傅", "1032", ("requests.worker",)),
    "A1": ("安答复", "1032", ("requests.answerer",)),
    "A2": ("艾财务", "1012", ("requests.answerer",)),
    "C1": ("陈受理", "1001", ("requests.complaints",)),
    "C2": ("纪监察", "1002", ("requests.complaints",)),
    "C3": ("财务投诉员", "1012", ("requests.complaints",)),
    "O1": ("宋宣传", "1004", ("requests.opinions",)),
    "O2": ("欧党办", "1001", ("requests.opinions",)),
    "O3": ("无岗位", "1004", ("requests.opinions",)),
    "T1": ("周老师", "12", ()),
    "T2": ("钱处长", "1012", ()),
}
STUDENTS = {"S1": "林同学", "S2": "李同学", "S3": "赵同学"}
POSTS = (("1004", "head", "O1"), ("1001", "secretary", "O2"), ("1012", "head", "T2"))
PLACES = (
    ("main", "主校区", "campus", ""),
    ("d1", "一栋", "dorm", "main"),
    ("d1-101", "101", "room", "d1"),
    ("d1-102", "102", "room", "d1"),
    ("t1", "教一", "teaching", "main"),
    ("t1-201", "201", "room", "t1"),
)


@dataclass(frozen=True)
class School:
    persons: dict[str, int]
    units: dict[str, int]

    def __getitem__(self, number: str) -> int:
        return self.persons[number]

    def name(self, number: str) -> str:
        return STUDENTS[number] if number in STUDENTS else STAFF[number][0]

    def client(self, number: str) -> Client:
        """Signed in; password and roles are given to who comes, for they take their time."""
        account = identity_sample.set_password_for_sample(by=SYSTEM, campus_no=number, password=PASSWORD)
        for role in STAFF[number][2] if number in STAFF else ():
            identity.grant_role(by=SYSTEM, account_id=account.pk, role=role)
        return signed_in(number)

    def actor(self, number: str) -> Actor:
        account = identity.account_of(self[number])
        assert account is not None
        return Actor(account_id=account.pk, name=self.name(number))

    def place(self, key: str) -> campus.Place:
        return campus.Place.objects.get(key=key)

    def crew(self, name: str = "水电班", members: tuple[str, ...] = ("W2",), leader: str = "W1", **facts: Any) -> Crew:
        keys = facts.pop("keys", ("water", "power"))
        classes = list(FaultClass.objects.filter(key__in=keys))
        return set_crew(by=SYSTEM, name=name, classes=classes, leader=self[leader], members=members, **facts)

    def repair(self, number: str = "S1", *, place: str = "d1-101", key: str = "water", **facts: Any) -> Request:
        return filing.file_repair(
            by=self.actor(number),
            person_id=self[number],
            place=self.place(place),
            fault_class=FaultClass.objects.get(key=key),
            **facts,
        )

    def complaint(self, number: str = "S1", *, unit: str = "", accused: str = "", words: str = "态度恶劣") -> Request:
        said = filing.written_facts(kind="complaint", words=words, unit=unit, accused=accused)
        return filing.file_complaint(by=self.actor(number), person_id=self[number], **said)

    def question(
        self, number: str = "S1", *, unit: str = "1032", kind: str = "policy", words: str = "怎么报销？"
    ) -> Request:
        return filing.file_question(
            by=self.actor(number), person_id=self[number], kind=kind, unit_id=self.units[unit], words=words
        )

    def opinion(self, number: str = "S1", words: str = "群里在传食堂的事") -> Request:
        return filing.file_opinion(by=self.actor(number), person_id=self[number], words=words)


def make_school() -> School:
    origin = people.Origin(source="test", title="测试")
    records = [
        people.UnitRecord(code=code, name=name, parent_code=above, kind=kind) for code, name, above, kind in UNITS
    ]
    people.apply_units(by=SYSTEM, records=records, origin=origin)
    persons = [record(number, name, "staff", unit) for number, (name, unit, _roles) in STAFF.items()]
    persons += [record(number, name, "student", "12") for number, name in STUDENTS.items()]
    made = people.apply_records(by=SYSTEM, records=persons, origin=origin)
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    units = people.unit_ids_by_code([code for code, *_rest in UNITS])
    for unit, office, number in POSTS:
        people.appoint(
            by=SYSTEM,
            unit_id=units[unit],
            office=office,
            person_id=made.person_ids[number],
            starts_on=date(2020, 1, 1),
            ends_on=None,
            document="任命",
        )
    orders = [campus.PlaceOrder(key=key, name=name, kind=kind, parent=above) for key, name, kind, above in PLACES]
    campus.set_up_places(by=SYSTEM, places=orders)
    return School(dict(made.person_ids), units)


def record(number: str, name: str, kind: str, unit: str) -> people.PersonRecord:
    tie = people.AffiliationRecord(
        kind=kind, campus_no=number, starts_on=date(2020, 9, 1), unit_code=unit, state="active"
    )
    return people.PersonRecord(key=number, name=name, affiliations=(tie,), email=f"{number.lower()}@example.com")


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that counts the crowd says so."""
    set_crowd(monkeypatch, 1)


def set_crowd(monkeypatch: pytest.MonkeyPatch, least: int) -> None:
    for module in (anonymous, pages):
        monkeypatch.setattr(module, "CROWD", least)


school = school_fixture(make_school)


def picture(name: str = "a.jpg", *, exif: bool = False) -> SimpleUploadedFile:
    out = io.BytesIO()
    facts = Image.Exif()
    if exif:
        facts[0x010F] = "SECRET-CAMERA"
    Image.new("RGB", (64, 48), (40, 90, 120)).save(out, "JPEG", exif=facts)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")
