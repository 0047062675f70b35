"""The front on its own connections: what it commits, what it does when the database goes away, and who wins a race."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client

from nanhu.kernel.database import swift
from nanhu.platforms.identity.front import Front
from nanhu.platforms.identity.front.database import VERSION, AskDjangoError, Connections
from nanhu.platforms.identity.front.randomness import new_ticket
from nanhu.platforms.identity.models import ServiceTicket, SsoGrant, SsoSession
from nanhu.platforms.identity.services import sessions, tickets
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.tests.conftest import TEST, sign_in
from nanhu.platforms.identity.tests.front import cookie_of, request
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db(transaction=True)
SERVICE = "https://oa.example.edu.cn/"


class Door:
    """A front with real connections; `django` counts what was handed on."""

    def __init__(self) -> None:
        self.connections = Connections()
        self.handed_on = 0
        self.front = Front(self.django, database=self.connections)

    def django(self, _environ, start_response):
        self.handed_on += 1
        start_response("200 OK", [])
        return [b"django"]

    def ask(self, environ) -> tuple[str, dict, bytes]:
        told = []
        body = b"".join(self.front(environ, lambda status, headers: told.append((status, dict(headers)))))
        return *told[0], body

    def ticket(self, cookie) -> str:
        _status, headers, _body = self.ask(request("/cas/login", f"service={SERVICE}", cookie=cookie))
        return headers.get("Location", "").partition("ticket=")[2]

    def verdict(self, ticket) -> bytes:
        return self.ask(request("/cas/p3/serviceValidate", f"service={SERVICE}&ticket={ticket}"))[2]


@pytest.fixture
def door():
    made = Door()
    yield made
    for one in made.connections.idle:
        one.close()


@pytest.fixture
def cookie(teacher):
    register_application(by=TEST, key="oa", name="OA", owner="校办", service_prefix=SERVICE)
    client = Client()
    assert sign_in(client, "T00123").status_code == 302
    return cookie_of(client)


def test_it_commits_what_it_says(door, cookie):
    ticket = door.ticket(cookie)
    assert ServiceTicket.objects.filter(ticket_hash=tickets.hash_of(ticket)).exists()
    assert b"<cas:user>T00123</cas:user>" in door.verdict(ticket)
    assert not ServiceTicket.objects.exists()
    assert SsoGrant.objects.get().ticket == ticket
    assert door.handed_on == 0
    assert len(door.connections.idle) == 1


def test_it_reads_text_as_the_browser_wrote_it(door, cookie):
    register_application(by=TEST, key="other", name="页", owner="校办", service_prefix="https://x.example.edu.cn/")
    _status, headers, _body = door.ask(
        request("/cas/login", "service=https://x.example.edu.cn/%E9%A1%B5%3Fa%3D%27%22%24%24", cookie=cookie)
    )
    assert headers["Location"].startswith("https://x.example.edu.cn/%E9%A1%B5?a='%22$$&ticket=ST-")
    assert ServiceTicket.objects.get().service == "https://x.example.edu.cn/页?a='\"$$"


def test_a_connection_that_broke_is_djangos_once_and_made_anew(door, cookie):
    assert door.ticket(cookie)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nanhu-front' AND datname = current_database()"
        )
    assert door.ask(request("/cas/login", f"service={SERVICE}", cookie=cookie))[2] == b"django"
    assert door.ticket(cookie)
    assert door.handed_on == 1


def test_a_database_that_is_not_there_is_djangos(door, cookie, monkeypatch):
    monkeypatch.setattr(swift, "address", lambda *_facts: "host=127.0.0.1 port=1 connect_timeout=1")
    assert door.ticket(cookie) == ""
    assert door.handed_on == 1


def test_an_error_closes_its_connection():
    connections = Connections()
    assert connections.value(VERSION, []) is not None
    with pytest.raises(AskDjangoError):
        connections.value(VERSION, ["too many"])
    assert connections.idle == []


def test_of_many_who_validate_one_ticket_at_once_one_wins(door, cookie):
    for _round in range(10):
        ticket = door.ticket(cookie)
        gate = threading.Barrier(6)

        def race(_number, ticket=ticket, gate=gate):
            gate.wait()
            return door.verdict(ticket)

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(race, range(6)))
        assert sum(b"authenticationSuccess" in one for one in answers) == 1
        assert answers.count(b"django") == 5
    assert SsoGrant.objects.count() == 10


def test_a_sign_out_amid_a_validation_is_seen_by_it(door, cookie):
    """The validation waits for the end of the session that was there first, and then finds nothing."""
    ticket = door.ticket(cookie)
    every, how = SsoSession.objects.all(), SsoSession.End.SIGNED_OUT
    ended = amid(lambda: sessions.end_sessions(by=TEST, sessions=every, how=how), lambda: door.verdict(ticket))
    assert ended[1] == b"django"
    assert not SsoGrant.objects.exists()
    assert door.ticket(cookie) == ""


def test_it_does_not_wait_for_ever(door, cookie, monkeypatch):
    monkeypatch.setattr(swift, "OPTIONS", "-c lock_timeout=100")
    ticket = door.ticket(cookie)
    with transaction.atomic():
        SsoSession.objects.select_for_update().get()
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(door.verdict, ticket).result(timeout=PATIENCE_SECONDS) == b"django"
    assert b"authenticationSuccess" in door.verdict(ticket), "and the ticket is still good"


def test_tickets_are_as_random_as_the_slow_paths():
    drawn = [new_ticket() for _ in range(4000)]
    assert len(set(drawn)) == len(drawn)
    assert {len(one) for one in drawn} == {len(tickets.PREFIX) + tickets.RANDOM_LENGTH}
    letters = "".join(one.removeprefix(tickets.PREFIX) for one in drawn)
    counts = [letters.count(letter) for letter in tickets.ALPHABET]
    assert sum(counts) == len(letters)
    expected = len(letters) / len(tickets.ALPHABET)
    assert sum((count - expected) ** 2 / expected for count in counts) < 120, "61 degrees of freedom: one in 10^5"
