"""Interims before Django: what they write is what accounting writes; what they are not sure of is Django's."""

import ipaddress
from datetime import timedelta
from io import BytesIO
from threading import Barrier, Thread
from urllib.parse import parse_qs, urlencode

import pytest
from django.test.client import ClientHandler
from hypothesis import example, given
from hypothesis import strategies as st

from nanhu.kernel.clock import now
from nanhu.platforms.identity.api import AccountingFront
from nanhu.platforms.identity.protocols.radius import front
from nanhu.platforms.identity.protocols.radius.facts import MOST_FIELDS, fields_in
from nanhu.services.network import rules
from nanhu.services.network.models import Grant, Nas, Session
from nanhu.services.network.services import interims
from nanhu.services.network.tests.conftest import CONTROLLER, LAPTOP, PHONE
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.same_connection import AwayConnection, SameConnection


class Door:
    def __init__(self, school):
        self.school, self.handed_on = school, []
        self.front = AccountingFront(self.django)
        front.remember(school.keys["wifi"], "wifi")

    def django(self, environ, start_response):
        body = environ["wsgi.input"].read()
        self.handed_on.append(body)
        answer = ClientHandler()(environ | {"wsgi.input": BytesIO(body)})
        start_response(f"{answer.status_code}", list(answer.items()))
        return [answer.content]

    def tell(self, status, sid, *, key="wifi", **more):
        named = {name.replace("_", "-"): value for name, value in more.items()}
        said = {"Acct-Status-Type": status, "Acct-Session-Id": sid, "NAS-IP-Address": CONTROLLER, **named}
        body, told = urlencode(said, doseq=True).encode(), []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/radius/accounting",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "localhost",
            "HTTP_X_NANHU_RADIUS_KEY": self.school.keys[key],
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
        }
        list(self.front(environ, lambda status, headers: told.append((status, dict(headers)))))
        assert told[0][0].startswith("204"), told
        assert "no-store" in told[0][1]["Cache-Control"]


@pytest.fixture
def door(school, monkeypatch):
    monkeypatch.setattr(interims, "CONNECTIONS", SameConnection())
    monkeypatch.setattr(front, "_keys", {})
    return Door(school)


@pytest.mark.django_db
def test_an_interim_that_moves_counters_alone_is_written_before_django(door, school):
    session = school.on_line("S1")
    Session.objects.update(updated_at=now() - timedelta(minutes=5))
    Nas.objects.update(last_heard_at=now() - timedelta(minutes=5))
    octets = {"Acct_Input_Octets": "7", "Acct_Output_Gigawords": "1"}
    said = {"Class": session.grant.code, "Calling_Station_Id": PHONE, "Framed_IP_Address": "10.2.3.4", **octets}
    door.tell("Interim-Update", session.sid, **said)
    before, version = session.updated_at, Session.objects.get()
    assert (version.in_octets, version.out_octets, door.handed_on) == (7, 2**32, [])
    assert version.updated_at > before - timedelta(minutes=4)
    assert Nas.objects.get(address=CONTROLLER).last_heard_at > now() - timedelta(minutes=1)
    door.tell("Interim-Update", session.sid, Acct_Input_Octets="5")
    assert Session.objects.get().in_octets == 7, "larger counters win"
    assert door.handed_on == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said",
    [
        {"Framed_IP_Address": "10.9.9.9"},
        {"Framed_IP_Address": "10.2.3.4", "Framed_IPv6_Address": "2001:db8::1"},
        {"Class": "n1:" + "a" * 26},
        {"Calling_Station_Id": LAPTOP},
        {"Called_Station_Id": "AA-AA-AA-00-00-01:campus"},
        {"Acct_Delay_Time": "600"},
        {"NAS_IP_Address": "192.0.2.77"},
        {"status": "Stop"},
        {"status": "Start"},
        {"sid": "another"},
    ],
)
def test_whatever_says_more_is_djangos(door, school, said):
    session = school.on_line("S1")
    door.tell(said.pop("status", "Interim-Update"), said.pop("sid", session.sid), **said)
    assert len(door.handed_on) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "state",
    [
        lambda: {"closing_at": now()},
        lambda: {"stopped_at": now(), "cause": "lost"},
        lambda: {"note": "unknown"},
        lambda: {"application": "vpn"},
    ],
)
def test_what_is_leaving_over_or_anothers_is_djangos(door, school, state):
    session = school.on_line("S1")
    Session.objects.update(**state())
    door.tell("Interim-Update", session.sid)
    assert len(door.handed_on) == 1


@pytest.mark.django_db
def test_of_an_ended_grant_an_unknown_key_and_a_database_away_django_hears(door, school, monkeypatch):
    session = school.on_line("S1")
    Grant.objects.update(ended_at=now(), cause="ours:suspended")
    door.tell("Interim-Update", session.sid)
    assert Session.objects.get().state == "closing"
    Grant.objects.update(ended_at=None, cause="")
    Session.objects.update(closing_at=None)
    monkeypatch.setattr(front, "_keys", {})
    door.tell("Interim-Update", session.sid)
    front.remember(school.keys["wifi"], "wifi")
    monkeypatch.setattr(interims, "CONNECTIONS", AwayConnection())
    door.tell("Interim-Update", session.sid)
    assert len(door.handed_on) == 3


def test_many_at_once_are_written_together_and_each_is_answered(transactional_db, school):
    """By connections of their own; what is answered is committed."""
    sids = [school.on_line("S1", f"02-00-00-00-02-{number:02}").sid for number in range(8)]
    facts = [
        {"Acct-Status-Type": ["Interim-Update"], "NAS-IP-Address": [CONTROLLER], "Acct-Session-Id": [sid]}
        for sid in sids
    ]
    barrier, answers = Barrier(len(facts)), []

    def tell(said):
        barrier.wait(PATIENCE_SECONDS)
        answers.append(interims.account("wifi", {**said, "Acct-Input-Octets": ["9"]}))

    threads = [Thread(target=tell, args=(one,)) for one in facts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(PATIENCE_SECONDS)
    for one in interims.CONNECTIONS.idle:
        one.close()
    interims.CONNECTIONS.idle.clear()
    assert (answers, set(Session.objects.values_list("in_octets", flat=True))) == ([True] * 8, {9})


@given(st.text("aB=&+%23Aa:5湖;", max_size=30).map(str.encode))
@example(b"a=%3A%253A&a=%%3A&b=&=c&d")
@example(b"a=%2%3A&b=+%2B&c=%E6%B9%96&d=%FF")
def test_a_form_is_read_as_the_library_reads_it(body):
    def read(fields):
        try:
            return fields(body)
        except ValueError:
            return None

    assert read(fields_in) == read(lambda form: parse_qs(form.decode(), errors="strict", max_num_fields=MOST_FIELDS))


@given(st.one_of(st.ip_addresses().map(str), st.text("0123456789.: \n", max_size=16)))
@example("256.1.1.1")
@example("10.01.2.3")
@example("10.1.2.3.")
@example("1.2.3.4\n")
def test_an_address_is_read_as_the_library_reads_it(text):
    try:
        found = str(ipaddress.ip_address(text.strip()))
    except ValueError:
        found = ""
    assert rules.address_of(text) == found
