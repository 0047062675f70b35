"""A college with its head, a teacher, a student, a keeper of the information centre; two campuses with three buildings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.campus import api as campus
from nanhu.platforms.flows import api as flows
from nanhu.platforms.flows.models import Task
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.factors.models import TotpFactor
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.protocols.radius.services import clients
from nanhu.platforms.identity.registry.services.rules import add_rule
from nanhu.platforms.people import api as people
from nanhu.services.network.reach.models import Resource, VpnGrant
from nanhu.services.network.reach.rules import PROMISE_VERSION
from nanhu.services.network.reach.services import granting, resources
from nanhu.testing.database import school_fixture
from nanhu.testing.sessions import signed_in

SYSTEM = Actor.system("test")
PASSWORD = "Reed-Boat-1995"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PERSONS = {
    "K1": ("信息员", "1032", "staff"),
    "K2": ("信息员二", "1032", "staff"),
    "T1": ("王老师", "12", "staff"),
    "T2": ("赵老师", "12", "staff"),
    "H1": ("李院长", "12", "staff"),
    "S1": ("林晓湖", "12", "student"),
}
PLACES = (
    ("east", "东院", "campus", ""),
    ("office", "东院办公楼", "other", "east"),
    ("lib", "图书馆", "library", "east"),
    ("lib.101", "101 室", "room", "lib"),
    ("north", "北院", "campus", ""),
    ("dorm", "北院宿舍", "dorm", "north"),
)
UNITS = (("1000", "学校", ""), ("1032", "信息中心", "1000"), ("12", "计算机学院", "1000"))


@dataclass(frozen=True)
class School:
    persons: dict[str, int]
    units: dict[str, int]

    def __getitem__(self, number: str) -> int:
        return self.persons[number]

    def actor(self, number: str) -> Actor:
        return Actor(account_id=identity.account_with(number).pk, name=PERSONS[number][0])

    def client(self, number: str) -> Client:
        identity_sample.set_password_for_sample(by=SYSTEM, campus_no=number, password=PASSWORD)
        return signed_in(number)

    def asked(self, number: str = "T1", *, days: int = 30) -> VpnGrant:
        return granting.ask(
            by=self.actor(number),
            person_id=self[number],
            token=uuid4(),
            purpose="出差填报科研系统",
            until=campus_today() + timedelta(days=days),
            promise_version=PROMISE_VERSION,
        )

    def agree(self, grant: VpnGrant, *, by: str = "H1", decision: str = "agree") -> VpnGrant:
        task = Task.objects.get(case_id=grant.case_id, state__in=["open", "claimed"])
        flows.decide(by=self.actor(by), person_id=self[by], task=task, decision=decision, comment="这学期用不着外网")
        deliver_pending()
        grant.refresh_from_db()
        return grant

    def opened(self, number: str = "T1", **more: Any) -> VpnGrant:
        return self.agree(self.asked(number, **more))

    def granted(self, number: str) -> VpnGrant:
        """Open without a case: of somebody whose own word would open it."""
        return VpnGrant.objects.create(
            token=uuid4(),
            person_id=self[number],
            person_name=PERSONS[number][0],
            purpose="出差填报科研系统",
            until=campus_today() + timedelta(days=30),
            promise_version=PROMISE_VERSION,
            state=VpnGrant.State.OPEN,
            opened_at=now(),
        )

    def resource(self, name: str = "科研系统", **facts: Any) -> Resource:
        given = {
            "name": name,
            "address": "https://kyc.example.edu.cn/",
            "kind": "research",
            "reach": "vpn",
            "unit_id": self.units["1032"],
            "is_of_centre": True,
            "contact": "张工",
            "phone": "8640119",
        }
        return resources.enter(by=SYSTEM, facts=given | facts)


def record_of(number: str, name: str, unit: str, kind: str) -> people.PersonRecord:
    tie = people.AffiliationRecord(
        kind=kind, campus_no=number, starts_on=date(2020, 9, 1), unit_code=unit, state="active"
    )
    return people.PersonRecord(key=number, name=name, affiliations=(tie,))


def make_school() -> School:
    origin = people.Origin(source="test", title="测试")
    units = [people.UnitRecord(code=code, name=name, parent_code=above) for code, name, above in UNITS]
    people.apply_units(by=SYSTEM, records=units, origin=origin)
    records = [record_of(number, *who) for number, who in PERSONS.items()]
    made = people.apply_records(by=SYSTEM, records=records, origin=origin)
    identity.open_accounts(by=SYSTEM, person_ids=made.person_ids.values())
    for number in ("K1", "K2"):
        identity.grant_role(by=SYSTEM, account_id=identity.account_with(number).pk, role="network.keeper")
    ids = people.unit_ids_by_code([code for code, _name, _above in UNITS])
    for unit, number in (("12", "H1"), ("1032", "K1")):
        people.appoint(
            by=SYSTEM,
            unit_id=ids[unit],
            office="head",
            person_id=made.person_ids[number],
            starts_on=date(2020, 1, 1),
            ends_on=None,
            document="任命",
        )
    orders = [campus.PlaceOrder(key=key, name=name, kind=kind, parent=above) for key, name, kind, above in PLACES]
    campus.set_up_places(by=SYSTEM, places=orders)
    return School(dict(made.person_ids), ids)


school = school_fixture(make_school)


@dataclass(frozen=True)
class Door:
    """The RADIUS door of the VPN, as FreeRADIUS knocks at it."""

    key: str

    def knocks(self, name: str, password: str, station: str = "203.0.113.7", **more: str) -> Any:
        """`more`: State of a challenge; with it, and with `asks`, the server says that it hands challenges on."""
        question = {"User-Name": name, "User-Password": password, "Calling-Station-Id": station, **more}
        takes = {"X-Nanhu-Radius-Challenge": "yes"} if question.pop("asks", "") or more else {}
        said = {one: {"type": "string", "value": [value]} for one, value in question.items()}
        answer = Client().post(
            "/radius/authenticate",
            said,
            content_type="application/json",
            headers={"X-Nanhu-Radius-Key": self.key, **takes},
        )
        deliver_pending()
        return answer


@pytest.fixture
def door(school: School) -> Door:
    """As `nanhu radius_key vpn --register` makes it: for staff, with a second factor."""
    vpn = Application.objects.create(key="vpn", name="校园 VPN", owner="信息中心", demands_second_factor=True)
    add_rule(by=SYSTEM, application=vpn, effect="allow", affiliation_kind="staff", reason="仅限教职工")
    return Door(clients.issue_key(by=SYSTEM, application=vpn))


def give_totp(number: str) -> TotpFactor:
    identity_sample.set_password_for_sample(by=SYSTEM, campus_no=number, password=PASSWORD)
    account = identity.account_with(number)
    return TotpFactor.objects.create(account=account, secret=SECRET, confirmed_at=account.created_at)


def filled(**said: Any) -> Mapping[str, Any]:
    """The form of F22."""
    until = (campus_today() + timedelta(days=30)).isoformat()
    return {
        "purpose": "出差填报科研系统",
        "until": until,
        "promise": "on",
        "promise_version": PROMISE_VERSION,
        "form_token": str(uuid4()),
        **said,
    }
