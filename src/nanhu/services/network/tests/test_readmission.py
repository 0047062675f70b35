"""Sign-ins before Django: what the front lets in Django lets in, with the same grant and the same traces; of the rest it writes nothing."""

import json
from contextlib import contextmanager
from datetime import date, time, timedelta
from io import BytesIO
from threading import Barrier, Thread
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import transaction
from django.test.client import ClientHandler
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry, EventDelivery
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.models import AccessRule, Account, Application, KnownStation
from nanhu.platforms.identity.personal.models import AppPassword
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.protocols.radius import sign_in_front
from nanhu.platforms.identity.protocols.radius.models import RadiusClient
from nanhu.services.network import swift
from nanhu.services.network.api import ServiceRule
from nanhu.services.network.models import Device, Disconnect, Grant, Nas, Policy, Refusal, Service, Session
from nanhu.services.network.rules import mac_of, new_code
from nanhu.services.network.services import readmission
from nanhu.services.network.services.admission import service_rules
from nanhu.services.network.tests.conftest import CONTROLLER, GATEWAY, LAPTOP, PHONE, School
from nanhu.testing.members import PASSWORD, SYSTEM
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.same_connection import AwayConnection, SameConnection

FORM = "application/x-www-form-urlencoded"


class Door:
    def __init__(self, school: School):
        self.school, self.handed_on = school, 0
        self.front = sign_in_front.SignInFront(self.django)
        account = identity.account_with("S1")
        self.secrets = {
            service: app_passwords.make(by=SYSTEM, account=account, name="手机", service=service)
            for service in ("network", "mail")
        }
        self.secrets |= {"own": PASSWORD, "shouted": self.secrets["network"].upper(), "strange": "abcde-" * 3 + "abcde"}

    def django(self, environ, start_response):
        self.handed_on += 1
        answer = ClientHandler()(environ)
        start_response(f"{answer.status_code} X", list(answer.items()))
        return [answer.content]

    def ask(self, *, swiftly=True, key="wifi", form=True, name="S1", **more):
        secret = more.pop("secret", "network")
        said = {"User-Name": name, "User-Password": self.secrets.get(secret, secret), "NAS-IP-Address": CONTROLLER}
        said |= {"Calling-Station-Id": PHONE} | {one.replace("_", "-"): value for one, value in more.items()}
        rest = json.dumps({one: {"type": "string", "value": [value]} for one, value in said.items()})
        body, told = (urlencode(said) if form else rest).encode(), []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/radius/authenticate",
            "CONTENT_TYPE": FORM if form else "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "localhost",
            "HTTP_X_NANHU_RADIUS_KEY": self.school.keys.get(key, key),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
        }
        answerer = self.front if swiftly else self.django
        content = b"".join(answerer(environ, lambda status, headers: told.append((int(status[:3]), dict(headers)))))
        return (*told[0], json.loads(content))


@pytest.fixture
def door(school, monkeypatch):
    monkeypatch.setattr(sign_in_front, "CONNECTIONS", SameConnection())
    monkeypatch.setattr(readmission, "CONNECTIONS", SameConnection())
    school.policy("student", "wifi", 2, session_seconds=3600, idle_seconds=600, vlan="students", up_kbps=5_000)
    Device.objects.create(person_id=school["S1"], recognised_by="cookie:phone", macs=[mac_of(LAPTOP), mac_of(PHONE)])
    return Door(school)


def traces():
    """All that a sign-in leaves behind, but for what is random; apart, which devices they are."""
    devices = [
        list(Grant.objects.order_by("pk").values("device_id")),
        list(Device.objects.order_by("pk").values("pk", "public_id")),
    ]
    return devices, [
        list(Grant.objects.order_by("pk").values(*columns_of(Grant, "code", "device"))),
        list(Device.objects.order_by("pk").values(*columns_of(Device, "public_id"))),
        list(AppPassword.objects.order_by("pk").values()),
        list(KnownStation.objects.order_by("station").values(*columns_of(KnownStation))),
        list(RadiusClient.objects.order_by("pk").values("pk", "last_request_at")),
        list(
            AuditEntry.objects.order_by("pk").values(*columns_of(AuditEntry, "at"))
        ),  # of a web worker the database says it
        list(Refusal.objects.values(*columns_of(Refusal))),
        EventDelivery.objects.count(),
    ]


def columns_of(model, *left_out):
    return [one.attname for one in model._meta.concrete_fields if one.name not in ("id", *left_out)]


@contextmanager
def as_it_was():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def compare(door, **said) -> bool:
    """Whether the front answered."""
    before, handed_on = traces(), door.handed_on
    with as_it_was():
        status, headers, swiftly = door.ask(**said)
        is_answered, left = door.handed_on == handed_on, traces()
    with as_it_was():
        django_status, django_headers, slowly = door.ask(swiftly=False, **said)
        django_left = traces()
    assert (status, set(swiftly)) == (django_status, set(slowly))
    assert left[1] == django_left[1]
    if is_answered:
        assert (status, left[0]) == (200, django_left[0])
        assert left != before
        assert swiftly.pop("reply:Class")["value"][0] != slowly.pop("reply:Class")["value"][0]
        kept = {"Content-Type", "Cache-Control", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy"}
        assert {one: headers.get(one) for one in kept} == {one: django_headers.get(one) for one in kept}
    assert swiftly == slowly or not is_answered
    return is_answered


WORLD = {
    "devices": [3, 2, 1, 0],
    "hours": [None, (time(0), time(23, 59, 59)), (time(22), time(6)), (time(6), time(22)), "none today"],
    "account": [{}, {"state": "suspended"}, {"state": "ended"}],
    "application": [{}, {"is_enabled": False}, {"demands_second_factor": True}],
    "rule": [None, "deny", "allow others"],
    "server": [{}, {"is_enabled": False}, {"service": "mail"}, {"last_request_at": 10}],
    "device": [
        {},
        {"kept_off_at": 0},
        {"removed_at": 0},
        {"macs": [mac_of(PHONE), mac_of(LAPTOP)]},
        {"last_seen_at": 300},
    ],
    "app_password": [{}, {"revoked_at": 0}, {"last_used_at": 5}, {"last_used_at": 7200}],
    "station": [None, 600, 7200],
    "tie": [
        {},
        {"state": "suspended"},
        {"state": "ended", "ends_on": date(2025, 7, 1)},
        {"kind": "temporary"},
        {"campus_no": "S9"},
    ],
    "second": [None, ("staff", 2), ("staff", 0), ("staff", None), ("guest", 9), ("temporary", "closed at noon")],
    "at": [0, 6 * 3600, 12 * 3600, 18 * 3600],
}
QUESTION = {
    "form": [True, False],
    "key": ["wifi", "vpn", "nobody's", ""],
    "name": ["S1", "s1", " Ｓ1 ", "S2", "nobody", "S1\u200b"],
    "secret": ["network", "shouted", "mail", "strange", "n1:" + "a" * 26],
    "Calling_Station_Id": [PHONE, LAPTOP, "0200.0000.0001", "02-00-00-00-00-77", "203.0.113.9", ""],
    "NAS_IP_Address": [CONTROLLER, GATEWAY, "192.0.2.77", ""],
    "NAS_Port_Type": ["19", "15", "Virtual", "rubbish"],
    "Called_Station_Id": ["", "AA-AA-AA-00-00-01:campus", "AA-AA-AA-00-00-01:eduroam"],
}
HERE = ["own", "other", "tunnel", "silent", "going", "stuck", "granted", "old grant", "wired"]
"""Each first as it usually is: most of what is drawn differs from that in a few things."""


@st.composite
def cases(draw):
    choices = WORLD | QUESTION
    odd = draw(st.lists(st.sampled_from(sorted(choices)), max_size=4, unique=True))
    drawn = {one: draw(st.sampled_from(values)) if one in odd else values[0] for one, values in choices.items()}
    world = {one: drawn[one] for one in WORLD} | {"here": draw(st.lists(st.sampled_from(HERE), max_size=4))}
    return world, {one: drawn[one] for one in QUESTION}


def ago(facts):
    return {name: now() - timedelta(seconds=value) if name.endswith("_at") else value for name, value in facts.items()}


def make(school, world):
    person, moment = school["S1"], now()
    account = identity.account_with("S1")
    Policy.objects.update(devices=world["devices"])
    if world["hours"] == "none today":
        Policy.objects.update(withdrawn_at=moment)
    elif world["hours"]:
        Policy.objects.update(opens=world["hours"][0], closes=world["hours"][1])
    Account.objects.filter(pk=account.pk).update(**world["account"])
    wifi = Application.objects.get(key="wifi")
    Application.objects.filter(pk=wifi.pk).update(**world["application"])
    if world["rule"]:
        one = {
            "deny": {"effect": "deny", "account": account},
            "allow others": {"effect": "allow", "affiliation_kind": "staff"},
        }
        AccessRule.objects.create(application=wifi, created_by="test", **one[world["rule"]])
    RadiusClient.objects.filter(application=wifi).update(**ago(world["server"]))
    Device.objects.filter(person=person).update(**ago(world["device"]))
    AppPassword.objects.filter(service="network").update(**ago(world["app_password"]))
    if world["station"]:
        place = sign_in_front.known_places.station_key(PHONE)
        KnownStation.objects.create(
            account=account, service="network", station=place, last_used_at=moment - timedelta(seconds=world["station"])
        )
    account.person.affiliations.update(**world["tie"])
    if world["second"]:
        be_also(account.person, *world["second"])
    for number, what in enumerate(world["here"]):
        come(school, number, what)


def be_also(person, kind, devices):
    """By a newer tie, with a policy of its own or none."""
    person.affiliations.create(kind=kind, campus_no="S1-2", starts_on=date(2023, 9, 1))
    hours = {"opens": time(22), "closes": time(6)} if devices == "closed at noon" else {}
    if devices is not None:
        facts = {"role": kind, "service": "wifi", "starts_on": date(2020, 1, 1), "devices": 9 if hours else devices}
        Policy.objects.create(**facts, **hours, reason="测试", created_by_name="test", session_seconds=1800)


def come(school, number, what):
    """Something of this person that is on line, or was let in just now."""
    moment, mine = now(), Device.objects.filter(person=school["S1"]).earliest("pk")
    other = (
        Device.objects.create(person_id=school["S1"], recognised_by=f"cookie:{number}") if what != "tunnel" else None
    )
    granted = Grant.objects.create(
        code=new_code(),
        person_id=school["S1"],
        service="wired" if what == "wired" else "wifi",
        role="student",
        device=mine if what == "own" else other,
        granted_at=moment - timedelta(seconds=61 if what == "old grant" else 59),
        ends_at=moment + timedelta(hours=1),
    )
    if "grant" in what:
        return
    session = Session.objects.create(
        nas=school.nas[CONTROLLER],
        sid=f"there-{number}",
        grant=granted,
        person_id=school["S1"],
        device=granted.device,
        service=granted.service,
        started_at=moment,
        updated_at=moment - timedelta(seconds=901 if what == "silent" else 900),
    )
    if what in ("going", "stuck"):
        Disconnect.objects.create(
            session=session,
            nas=session.nas,
            cause="ours:device-cap",
            author_name="S1",
            state="failed" if what == "stuck" else "sent",
            created_at=moment - timedelta(seconds=29),
        )


@pytest.mark.capability("A008.1")
@pytest.mark.django_db
@settings(max_examples=20, phases=[Phase.explicit, Phase.generate])
@given(case=cases())
def test_what_the_front_lets_in_django_lets_in_and_leaves_the_same_behind(door, case):
    world, question = case
    noon = now().replace(hour=4, minute=0, second=0, microsecond=0)
    with as_it_was(), time_machine.travel(noon + timedelta(seconds=world["at"]), tick=False):
        Device.objects.update(last_seen_at=now() - timedelta(seconds=30))
        make(door.school, world)
        compare(door, **question)


@pytest.mark.django_db
@pytest.mark.parametrize("form", [True, False])
def test_a_known_device_is_let_in_before_django_and_everything_else_is_djangos(door, form):
    with time_machine.travel(now(), tick=False):
        assert compare(door, form=form)
        with as_it_was():
            be_also(identity.account_with("S1").person, "staff", 5)
            assert compare(door, form=form)
        assert compare(door, form=form, secret="shouted", name="s1", Calling_Station_Id="0200.0000.0001")
        others = [
            {"secret": "own"},
            {"secret": "mail"},
            {"key": "nobody's"},
            {"key": ""},
            {"name": "S2"},
            {"name": "S1\0"},
        ]
        others += [{"Calling_Station_Id": "02-00-00-00-00-77"}, {"NAS_IP_Address": GATEWAY}, {"key": "vpn"}]
        assert [one for one in others if compare(door, form=form, **one)] == []


@pytest.mark.django_db
def test_another_rooms_condition_and_a_database_away_are_djangos(door, monkeypatch):
    rule = ServiceRule(key="test", service=Service.WIFI, refuses=lambda _person: "先学安全课")
    with time_machine.travel(now(), tick=False):
        with monkeypatch.context() as here:
            here.setattr(service_rules, "_entries", {"test": rule})
            assert not compare(door)
        monkeypatch.setattr(sign_in_front, "CONNECTIONS", AwayConnection())
        assert not compare(door)


def test_two_devices_at_once_take_one_place_before_django(transactional_db, school):
    """By connections of their own, each waiting for the other."""
    school.policy("student", "wifi", 1)
    app_passwords.make(by=SYSTEM, account=identity.account_with("S1"), name="手机", service="network")
    secret = AppPassword.objects.get().public_id
    for mac in (PHONE, LAPTOP):
        Device.objects.create(person_id=school["S1"], recognised_by=mac, macs=[mac_of(mac)])
    barrier, answers = Barrier(2), []

    def come_in(mac):
        facts = {"application": "wifi", "person_id": school["S1"], "groups": ["student"], "campus_no": "S1"}
        asked = readmission.NetworkSignIn(**facts, session_seconds=1, station=mac, app_password=secret)
        barrier.wait(PATIENCE_SECONDS)
        answers.append(readmission.readmit(service="wifi", nas=("", ""), sign_in=asked) is not None)

    threads = [Thread(target=come_in, args=(mac,)) for mac in (PHONE, LAPTOP)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(PATIENCE_SECONDS)
    while swift.CONNECTIONS.idle:
        swift.CONNECTIONS.idle.pop().close()
    assert sorted(answers) == [False, True]
    assert Grant.objects.count() == 1
    assert Nas.objects.count() == 3
