"""A school with a teacher, a student, an engineer; two controllers; requests as FreeRADIUS sends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.retries import drive
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.models import Application, SsoSession
from nanhu.platforms.identity.protocols.radius.services import clients
from nanhu.platforms.people import api as people
from nanhu.services.network.models import Disconnect, Grant, Nas, Session
from nanhu.services.network.services import policies, registering
from nanhu.services.network.services.admission import service_rules
from nanhu.services.network.services.disconnecting import OUTBOX
from nanhu.testing.database import school_fixture
from nanhu.testing.members import PASSWORD, SYSTEM, grant
from nanhu.testing.sessions import signed_in

CAST = {
    "T1": ("王老师", "staff"),
    "S1": ("林晓湖", "student"),
    "S2": ("刘一帆", "student"),
    "E1": ("程工", "staff"),
    "E2": ("罗工", "staff"),
}
CONTROLLER, SWITCH, GATEWAY, SECRET = "127.0.0.1", "127.0.0.2", "127.0.0.3", "reed-and-lake"
PHONE, LAPTOP, TABLET = "02-00-00-00-00-01", "3C-22-FB-00-00-02", "3C-22-FB-00-00-03"


@dataclass
class School:
    persons: dict[str, int]
    keys: dict[str, str]
    nas: dict[str, Nas]
    by: Actor = SYSTEM
    count: int = 0
    classes: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, number: str) -> int:
        return self.persons[number]

    def client(self, number: str) -> Client:
        """With the second step done."""
        found = signed_in(number)
        SsoSession.objects.filter(account=identity.account_with(number)).update(second_factor_at=now())
        return found

    def ask(self, number: str, mac: str = PHONE, *, nas: str = CONTROLLER, key: str = "wifi", **more: str) -> Any:
        said = {
            "User-Name": number,
            "User-Password": PASSWORD,
            "Calling-Station-Id": mac,
            "NAS-IP-Address": nas,
            **more,
        }
        return self.post("authenticate", key, said)

    def post(self, door: str, key: str, said: dict[str, Any]) -> Any:
        """In the JSON of rlm_rest."""
        body = {name: {"type": "string", "value": [value]} for name, value in said.items()}
        return Client().post(
            f"/radius/{door}", body, content_type="application/json", headers={"X-Nanhu-Radius-Key": self.keys[key]}
        )

    def code(self, number: str, mac: str = PHONE, **more: str) -> str:
        answer = self.ask(number, mac, **more)
        assert answer.status_code == 200, answer.content
        found: str = answer.json()["reply:Class"]["value"][0]
        return found

    def report(self, status: str, sid: str, *, nas: str = CONTROLLER, key: str = "wifi", **more: Any) -> Any:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        said = {"Acct-Status-Type": status, "Acct-Session-Id": sid, "NAS-IP-Address": nas, **named}
        answer = self.post("accounting", key, said)
        assert answer.status_code == 204, answer.content
        return Session.objects.filter(
            sid=sid, nas__in=[one.pk for one in self.nas.values() if one.address == nas]
        ).first()

    def on_line(self, number: str, mac: str = PHONE, *, address: str = "10.2.3.4", nas: str = CONTROLLER) -> Session:
        """Let in and reported, under the anonymous outer name."""
        self.count += 1
        said = {"Class": self.code(number, mac, nas=nas), "User_Name": "anonymous@hnist.cn"}
        session: Session = self.report(
            "Start", f"sid-{self.count}", nas=nas, Calling_Station_Id=mac, Framed_IP_Address=address, **said
        )
        return session

    def policy(self, role: str, service: str, devices: int, **facts: Any) -> Any:
        given = {"role": role, "service": service, "devices": devices, "starts_on": campus_today(), **facts}
        return policies.enter(by=self.by, reason="测试", facts=given)

    def tell_events(self) -> None:
        deliver_pending()

    def send(self) -> Disconnect:
        """One round of the worker, whatever is due."""
        Disconnect.objects.filter(due_at__isnull=False).update(due_at="2020-01-01T00:00Z")
        drive(OUTBOX)
        return Disconnect.objects.latest("pk")

    def grant_of(self, code: str) -> Grant:
        return Grant.objects.get(code=code)


def records() -> list[people.PersonRecord]:
    return [
        people.PersonRecord(
            key=number,
            name=name,
            affiliations=(
                people.AffiliationRecord(
                    kind=kind, campus_no=number, starts_on=date(2020, 9, 1), unit_code="", state="active"
                ),
            ),
        )
        for number, (name, kind) in CAST.items()
    ]


def nas_facts(address: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    facts = {"identifier": "", "place": None, "style": "session-id", "coa_port": 3799, "interim_seconds": 300}
    facts |= {"applications": ["wifi"]}
    return {"name": name, "address": address, "kind": kind, "secret": SECRET, **facts, **more}


def make_school() -> School:
    made = people.apply_records(
        by=SYSTEM, records=records(), origin=people.Origin(source="test", title="测试")
    ).person_ids
    identity.open_accounts(by=SYSTEM, person_ids=made.values())
    identity_sample.set_passwords_for_sample(by=SYSTEM, person_ids=made.values(), password=PASSWORD)
    for number in ("E1", "E2"):
        grant(number, ["network.engineer"])
    campus.set_up_places(
        by=SYSTEM,
        places=[
            campus.PlaceOrder(key="south", name="南院", kind="campus"),
            campus.PlaceOrder(key="south.lib", name="图书馆", kind="library", parent="south"),
            campus.PlaceOrder(key="south.d1", name="一栋", kind="dorm", parent="south"),
        ],
    )
    keys = {}
    for key, name in (("wifi", "校园无线网"), ("vpn", "校园 VPN")):
        keys[key] = clients.issue_key(by=SYSTEM, application=Application.objects.create(key=key, name=name, owner="x"))
    library, dormitory = campus.place_with("south.lib"), campus.place_with("south.d1")
    orders = (
        nas_facts(CONTROLLER, "ac", "无线控制器", place=library),
        nas_facts(SWITCH, "switch", "一栋交换机", place=dormitory),
        nas_facts(GATEWAY, "ocserv", "VPN 网关", applications=["vpn"]),
    )
    nas = {one["address"]: registering.register(by=SYSTEM, facts=one)[0] for one in orders}
    deliver_pending()
    return School(dict(made), keys, nas)


@contextmanager
def without_rules_of_others() -> Iterator[None]:
    """Without the conditions of other rooms: whoever may use an application may use its service."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service_rules, "_entries", {})
        yield


school = school_fixture(make_school, around=without_rules_of_others)
