"""A small school: a student of a class, its counsellor, the college's people, an office that owns the processes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pytest
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.platforms.flows.body import Body, Edge, Field, OwnPost, PersonIn, PostOf, Step
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.services import cases, definitions, tasks
from nanhu.platforms.flows.specs import FlowSpec, specs
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people import api as people
from nanhu.testing.database import school_fixture
from nanhu.testing.sessions import signed_in

SYSTEM = Actor.system("test")
PASSWORD = "Reed-Boat-1995"
STAFF = {
    "T1": ("陈辅导", "12"),
    "T2": ("李院长", "12"),
    "T3": ("王处长", "1001"),
    "T4": ("赵同事", "12"),
    "T5": ("钱老师", "1001"),
}
STUDENTS = {"S1": ("林晓湖", "120101"), "S2": ("刘一帆", "120101")}
POSTS = (("12", "counsellor", "T1"), ("12", "head", "T2"), ("1001", "head", "T3"))

LEAVE = FlowSpec(
    key="test.leave",
    name="请假",
    unit="1001",
    promise=480,
    prefix="QJ",
    faces=frozenset({"student", "staff"}),
    body=Body(
        form=(
            Field(key="name", label="姓名", source="people.name"),
            Field(key="kind", label="种类", kind="one_of", choices=("事假", "病假"), is_fact=True, is_key=True),
            Field(key="days", label="日期", kind="span", is_fact=True, is_key=True),
            Field(key="reason", label="事由", kind="long_text", is_fact=True),
            Field(key="paper", label="证件号码", kind="document_number", is_required=False),
        ),
        steps=(
            Step(
                key="counsellor",
                name="辅导员审批",
                kind="approve",
                who=(OwnPost(office="counsellor"),),
                edges=(Edge(to="head", when="days.days > 3"), Edge(to="end")),
            ),
            Step(key="head", name="学院审批", kind="approve", who=(OwnPost(office="head"),)),
        ),
    ),
)
BOTH = FlowSpec(
    key="test.both",
    name="双线",
    unit="1001",
    promise=480,
    prefix="SX",
    body=Body(
        form=(Field(key="colleague", label="同事", kind="person"),),
        steps=(
            Step(key="start", name="分开", kind="split", branches=("left", "right"), join="meet"),
            Step(key="left", name="左", kind="approve", who=(PostOf(office="head"),), edges=(Edge(to="meet"),)),
            Step(key="right", name="右", kind="approve", who=(PersonIn(field="colleague"),), edges=(Edge(to="meet"),)),
            Step(key="meet", name="汇合", kind="join"),
            Step(
                key="sign",
                name="会签",
                kind="countersign",
                who=(PostOf(office="head"), PersonIn(field="colleague"), PostOf(unit="12", office="head")),
                needed=2,
            ),
            Step(key="pay", name="等缴费", kind="wait"),
            Step(key="hand", name="办理", kind="work", who=(PostOf(office="head"),)),
        ),
        reopens_at="sign",
        may_object=True,
    ),
)


@dataclass(frozen=True)
class School:
    persons: dict[str, int]
    units: dict[str, int]

    def __getitem__(self, number: str) -> int:
        return self.persons[number]

    def actor(self, number: str) -> Actor:
        account = identity.account_of(self[number])
        card = people.person_card(self[number])
        assert account is not None
        assert card is not None
        return Actor(account_id=account.pk, name=card.name)

    def client(self, number: str) -> Client:
        return signed_in(number)

    def apply(self, number: str = "S1", key: str = "test.leave", **data: object) -> Case:
        said: dict[str, object] = {
            "kind": "事假",
            "days": {"first": "2026-12-01", "last": "2026-12-02"},
            "reason": "回家看看",
        }
        return cases.open_case(
            by=self.actor(number), key=key, applicant_id=self[number], data=(said if key == "test.leave" else {}) | data
        )

    def decide(self, number: str, task: Task, decision: str = "agree", comment: str = "", **more: object) -> Case:
        return tasks.decide(
            by=self.actor(number),
            person_id=self[number],
            task=task,
            decision=decision,
            comment=comment,
            **more,  # type: ignore[arg-type]
        )


def make_school() -> School:
    units = (
        people.UnitRecord(code="1000", name="学校"),
        people.UnitRecord(code="1001", name="教务处", parent_code="1000"),
        people.UnitRecord(code="12", name="计算机学院", parent_code="1000", kind="教学学院"),
        people.UnitRecord(code="1201", name="软件工程", parent_code="12", kind="专业"),
        people.UnitRecord(code="120101", name="软件2301班", parent_code="1201", kind="班级"),
    )
    origin = people.Origin(source="test", title="测试")
    people.apply_units(by=SYSTEM, records=units, origin=origin)
    records = [
        person_record(number, name, unit, kind)
        for kind, group in (("staff", STAFF), ("student", STUDENTS))
        for number, (name, unit) in group.items()
    ]
    made = people.apply_records(by=SYSTEM, records=records, origin=origin)
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    identity_sample.set_passwords_for_sample(by=SYSTEM, person_ids=made.person_ids.values(), password=PASSWORD)
    ids = people.unit_ids_by_code([unit.code for unit in units])
    definitions.publish_all()
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
    return School(dict(made.person_ids), ids)


def second_keeper() -> Actor:
    """Who signs what another asked for."""
    account = identity.account_with("T4")
    assert account is not None
    return Actor(account_id=account.pk, name="赵同事")


def person_record(number: str, name: str, unit: str, kind: str) -> people.PersonRecord:
    tie = people.AffiliationRecord(
        kind=kind, campus_no=number, starts_on=date(2020, 9, 1), unit_code=unit, state="active"
    )
    return people.PersonRecord(key=number, name=name, affiliations=(tie,))


@contextmanager
def with_flows() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for spec in (LEAVE, BOTH):
            patch.setitem(specs, spec.key, spec)
        yield


@pytest.fixture
def flows_of_tests() -> Iterator[None]:
    with with_flows():
        yield


school = school_fixture(make_school, around=with_flows)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets the clock of the whole program: `clock("2026-09-24T16:00+08:00")`."""
    time_machine = pytest.importorskip("time_machine")
    travellers = []

    def at(moment: str) -> None:
        while travellers:
            travellers.pop().stop()
        traveller = time_machine.travel(moment, tick=False)
        traveller.start()
        travellers.append(traveller)

    yield at
    while travellers:
        travellers.pop().stop()
