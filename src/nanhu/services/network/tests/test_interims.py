"""Interims before Django, at the pages' port and at the door of accounting: what they write is what accounting writes; what they are not sure of
is Django's."""

import asyncio
import ipaddress
from concurrent.futures import Executor, Future
from datetime import timedelta
from io import BytesIO
from queue import SimpleQueue
from threading import Barrier, Thread
from urllib.parse import parse_qs, urlencode

import pytest
import time_machine
from django.db import connection
from django.test.client import ClientHandler
from hypothesis import example, given
from hypothesis import strategies as st

from nanhu.kernel.clock import now
from nanhu.kernel.database.swift import AskDjangoError
from nanhu.kernel.database.values import one_value
from nanhu.platforms.identity.api import AccountingFront
from nanhu.platforms.identity.protocols.radius import accounting_server, front
from nanhu.platforms.identity.protocols.radius.facts import MOST_FIELDS, fields_in
from nanhu.services.network import queries, rules
from nanhu.services.network.models import Grant, Nas, Session
from nanhu.services.network.services import interims
from nanhu.services.network.tests.conftest import CONTROLLER, LAPTOP, PHONE, TABLET
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.same_connection import AwayConnection, SameConnection


class Door:
    """At the pages' port. `handed_on`: bodies that Django was given."""

    def __init__(self, school):
        self.school, self.handed_on = school, []
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
        code, headers = self.asked(urlencode(said, doseq=True).encode(), self.school.keys[key])
        assert code == 204, headers
        assert "no-store" in headers["cache-control"]

    def asked(self, body, key):
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/radius/accounting",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "localhost",
            "HTTP_X_NANHU_RADIUS_KEY": key,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
        }
        told = []
        list(AccountingFront(self.django)(environ, lambda status, headers: told.append((status, dict(headers)))))
        return int(told[0][0][:3]), {name.lower(): value for name, value in told[0][1].items()}


class Here(Executor):
    """Runs an event loop on a thread of its own, and what that hands to threads on the test's, which has the transaction."""

    def __init__(self):
        self.calls = SimpleQueue()

    def submit(self, call, /, *given):
        done = Future()
        self.calls.put(lambda: self.call(done, call, given))
        return done

    def call(self, done, call, given):
        try:
            done.set_result(call(*given))
        except BaseException as error:  # noqa: BLE001  raised in the loop
            done.set_exception(error)

    def run(self, coroutine):
        thread = Thread(target=lambda: (asyncio.run(coroutine), self.calls.put(None)))
        thread.start()
        while (call := self.calls.get(timeout=PATIENCE_SECONDS)) is not None:
            call()
        thread.join(PATIENCE_SECONDS)


class SameConnectionHere(SameConnection):
    def __init__(self, here):
        self.here = here

    async def value_soon(self, statement, parameters):
        return await asyncio.get_running_loop().run_in_executor(self.here, self.value, statement, parameters)


class Question:
    """What Granian gives an RSGI program, and what that answers."""

    method, path, query_string, http_version, scheme = "POST", "/radius/accounting", "", "1.1", "http"
    server, client = "127.0.0.1:8023", "192.0.2.7:41234"

    def __init__(self, body, **headers):
        self.body = body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    async def __call__(self):
        return self.body

    async def __aiter__(self):
        yield self.body

    def response_bytes(self, status, headers, body):
        self.answer = status, dict(headers), body

    def response_empty(self, status, headers):
        self.answer = status, dict(headers), b""


class LoopDoor(Door):
    """At the port of its own, in an event loop."""

    def __init__(self, school):
        super().__init__(school)
        self.here = Here()
        self.program = accounting_server.AccountingServer(self.django, None, threads=1)
        self.program.django.pool = self.here

    def asked(self, body, key, **headers):
        form = {"content_type": "application/x-www-form-urlencoded", "content_length": str(len(body))}
        question = Question(body, **form, host="localhost", x_nanhu_radius_key=key, **headers)
        self.here.run(self.program.__rsgi__(question, question))
        return question.answer[0], {name.lower(): value for name, value in question.answer[1].items()}


@pytest.fixture(params=[Door, LoopDoor])
def door(request, school, monkeypatch):
    monkeypatch.setattr(front, "_keys", {})
    found = request.param(school)
    same = SameConnectionHere(found.here) if isinstance(found, LoopDoor) else SameConnection()
    monkeypatch.setattr(interims, "CONNECTIONS", same)
    return found


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
@pytest.mark.capability("A174.1")
def test_who_lies_there_for_eight_hours_is_longest_idle_however_often_it_is_reported(door, school):
    """A sleeping phone fetches something, too; of a NAS that counts no traffic each report counts as use."""
    idle, used, uncounted = (school.on_line("S1", mac) for mac in (PHONE, LAPTOP, TABLET))
    began = now()
    Session.objects.update(active_at=began)
    for hour in range(1, 9):
        with time_machine.travel(began + timedelta(hours=hour), tick=False):
            door.tell("Interim-Update", idle.sid, Acct_Input_Octets=str(400_000 * hour))
            door.tell("Interim-Update", used.sid, Acct_Output_Octets=str(5_000_000 * hour))
            door.tell("Interim-Update", uncounted.sid)
    [first, *others] = queries.sessions_of(school["S1"])
    assert (first.session_id, first.active_at) == (idle.pk, began)
    assert {(one.session_id, one.active_at) for one in others} == {
        (one.pk, began + timedelta(hours=8)) for one in (used, uncounted)
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "addresses",
    [{"Framed_IP_Address": "10.2.3.4"}, {"Framed_IP_Address": "10.2.3.4", "Framed_IPv6_Address": "2001:db8::1"}, {}],
)
@pytest.mark.parametrize(
    "former", [[], [8 * second for second in range(1, 48)], [8 * second for second in range(1, 49)]]
)
def test_an_interim_keeps_the_moments_at_which_addresses_were_told_as_accounting_does(door, school, addresses, former):
    sid = school.on_line("S1").sid
    door.tell("Interim-Update", sid, **addresses)
    handed_on = len(door.handed_on)
    Session.objects.update(reports=former)
    door.tell("Interim-Update", sid, **addresses)
    session = Session.objects.get()
    told = session.addresses if addresses else []
    expected = one_value(
        "SELECT network_reports_with(%s::bigint[], %s::inet[], %s)", [former, told, session.updated_at]
    )
    assert (session.reports, len(door.handed_on)) == (expected, handed_on)
    assert len(expected) == min(48, len(former) + bool(addresses))


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
    said = {"status": "Interim-Update", "sid": school.on_line("S1").sid, **said}
    door.tell(said.pop("status"), said.pop("sid"), **said)
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
    facts = reports_of_eight(school)
    barrier, answers = Barrier(len(facts)), []

    def tell(said):
        barrier.wait(PATIENCE_SECONDS)
        answers.append(interims.account("wifi", said))

    threads = [Thread(target=tell, args=(one,)) for one in facts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(PATIENCE_SECONDS)
    hang_up()
    assert (answers, set(Session.objects.values_list("in_octets", flat=True))) == ([True] * 8, {9})


def test_many_at_once_are_written_together_in_a_loop_by_one_statement(transactional_db, school, monkeypatch):
    facts, asked = reports_of_eight(school), []
    value_soon = interims.CONNECTIONS.value_soon

    async def counted(statement, parameters):
        asked.append(parameters)
        return await value_soon(statement, parameters)

    async def tell():
        return await asyncio.gather(*[interims.account_soon("wifi", one) for one in facts])

    monkeypatch.setattr(interims.CONNECTIONS, "value_soon", counted)
    answers = asyncio.run(tell())
    hang_up()
    found = set(Session.objects.values_list("in_octets", flat=True))
    assert (answers, found, len(asked)) == ([True] * 8, {9}, 1)


def test_a_connection_that_broke_is_djangos_once_and_made_anew(transactional_db, school):
    facts = reports_of_eight(school)[:1]

    async def tell():
        return await interims.account_soon("wifi", facts[0])

    assert asyncio.run(tell())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [interims.CONNECTIONS.idle[0].info.backend_pid])
    with pytest.raises(AskDjangoError):
        asyncio.run(tell())
    assert asyncio.run(tell())
    hang_up()


def reports_of_eight(school):
    sids = [school.on_line("S1", f"02-00-00-00-02-{number:02}").sid for number in range(8)]
    said = {"Acct-Status-Type": ["Interim-Update"], "NAS-IP-Address": [CONTROLLER], "Acct-Input-Octets": ["9"]}
    return [{**said, "Acct-Session-Id": [sid]} for sid in sids]


def hang_up():
    for one in interims.CONNECTIONS.idle:
        one.close()
    interims.CONNECTIONS.idle.clear()


@pytest.mark.django_db
def test_the_door_of_accounting_says_of_what_it_cannot_take_what_the_pages_port_says(school, monkeypatch):
    monkeypatch.setattr(front, "_keys", {})
    at_the_door, at_the_pages = LoopDoor(school), Door(school)
    for body, key in ((b"Acct-Status-Type=Interim-Update", "wrong"), (b"x=1", school.keys["wifi"])):
        told = at_the_door.asked(body, key)
        assert told[0] == at_the_pages.asked(body, key)[0]
        assert told[0] in (400, 403)
    assert len(at_the_door.handed_on) == 2


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/radius/authenticate", b"", 404),
        ("/sign-in", b"", 404),
        ("/radius/accounting", b"x" * 20_000, 413),
        ("/health", b"", 204),
    ],
)
def test_the_door_of_accounting_is_for_accounting_alone(path, body, status):
    question = Question(body, content_length=str(len(body)))
    question.path = path
    asyncio.run(accounting_server.AccountingServer(None, None, threads=1).__rsgi__(question, question))
    assert question.answer[0] == status


def test_no_body_in_chunks_is_taken_for_as_short_as_its_head_says():
    """Of one that is said to have a length as well the server reads chunks without an end."""

    class Endless(Question):
        async def __call__(self):
            raise AssertionError

        async def __aiter__(self):
            while True:
                yield b"x" * 1000

    question = Endless(b"", content_length="5", transfer_encoding="chunked")
    asyncio.run(accounting_server.AccountingServer(None, None, threads=1).__rsgi__(question, question))
    assert question.answer[0] == 413


def test_whoever_sends_a_body_too_slowly_is_cut(monkeypatch):
    class Slow(Question):
        async def __call__(self):
            await asyncio.Event().wait()

    monkeypatch.setattr(accounting_server, "BODY_SECONDS", 0.05)
    question = Slow(b"", content_length="200")
    asyncio.run(
        asyncio.wait_for(
            accounting_server.AccountingServer(None, None, threads=1).__rsgi__(question, question), PATIENCE_SECONDS
        )
    )
    assert question.answer[0] == 408


@pytest.mark.django_db
def test_a_header_with_underscores_is_no_key(school):
    """To a WSGI program it would be the same header, and a proxy looks at the other alone."""
    at_the_door = LoopDoor(school)
    question = Question(b"Acct-Status-Type=Start", content_length="22", host="localhost")
    question.headers["x_nanhu_radius_key"] = school.keys["wifi"]
    at_the_door.here.run(at_the_door.program.__rsgi__(question, question))
    assert question.answer[0] == 403


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
