"""The vendors' door in trouble: a lock that is held, a connection that breaks, a database that is away. Each is told in JSON as
what it is, and asked again under the same key the deed is done once."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from django.test import Client

from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.openapi import serving
from nanhu.platforms.openapi.models import IdempotencyRecord, RequestLog
from nanhu.platforms.openapi.services import keys
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.tests.conftest import bring_in_the_cast
from nanhu.systems.card.vendors.models import VendorPayment
from nanhu.systems.card.vendors.tests.conftest import HOME, PREFIX, Phone, Shop, fault_of, register
from nanhu.systems.card.vendors.tests.test_races import at_once
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "lunch-0001"


@pytest.fixture
def campus(transactional_db):
    cast = bring_in_the_cast()
    cast.top_up("student", 10_000)
    yield cast
    assert receipt_differences() == []
    assert ledger.check_ledger() == []


@pytest.fixture
def shop(campus):
    return Shop(register())


@pytest.fixture
def order(campus):
    return {"merchant": "n1.rice", "amount_fen": 850, "code": Phone(campus.persons["student"]).code()}


def balance(campus):
    wallet = campus.card("student").wallet_id
    return ledger.balances_of([wallet])[wallet]


def is_unknown(answer):
    """As the description says it, with a number under which our log knows more."""
    assert answer["Content-Type"].startswith("application/json")
    assert answer.json()["error"]["request_id"] == answer["Nanhu-Request-Id"]
    return (answer.status_code, answer.json()["error"]["type"], fault_of(answer)) == (503, "server", "outcome_unknown")


@contextmanager
def another_deed_under(shop):
    """Somebody else's connection is just about the same Idempotency-Key."""
    name = f"openapi_request:{shop.vendor.pk}:live:{KEY}"
    connection.ensure_connection()
    ours = connection.connection.info
    with psycopg.connect(
        host=ours.host, port=ours.port, user=ours.user, password=ours.password, dbname=ours.dbname
    ) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        yield other
        other.rollback()


def test_one_key_for_two_deeds_at_once_is_one_deed_and_a_conflict(campus, shop, order, monkeypatch):
    """Ten connections, five with each body: one body wins and is told the same bytes, the other is told 409."""
    monkeypatch.setattr(serving, "LOCK_TIMEOUT", f"{PATIENCE_SECONDS}s")
    bodies = [order, {**order, "amount_fen": 851}]
    answers = at_once(lambda n: shop.post("payments", bodies[n % 2], idempotency_key=KEY))
    paid = [answer for answer in answers if answer.status_code == 201]
    assert (len(paid), len({answer.content for answer in paid})) == (5, 1)
    assert [(one.status_code, fault_of(one)) for one in answers if one not in paid] == [
        (409, "idempotency_key_reused")
    ] * 5
    assert balance(campus) == 10_000 - paid[0].json()["amount_fen"]
    assert (VendorPayment.objects.count(), IdempotencyRecord.objects.count()) == (1, 1)


def test_who_waits_too_long_is_told_to_ask_again_and_nothing_is_done(campus, shop, order, monkeypatch):
    monkeypatch.setattr(serving, "LOCK_TIMEOUT", "200ms")
    with another_deed_under(shop):
        answers = at_once(lambda _n: shop.post("payments", order, idempotency_key=KEY), 4)
    assert all(is_unknown(answer) for answer in answers)
    assert RequestLog.objects.filter(status=503, code="outcome_unknown").count() == 4
    assert (balance(campus), VendorPayment.objects.count()) == (10_000, 0)

    assert shop.post("payments", order, idempotency_key=KEY).status_code == 201
    assert balance(campus) == 10_000 - 850


def waiting_pid(other):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = other.execute(
            "SELECT pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
        ).fetchone()
        if found is not None:
            return found[0]
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_a_connection_that_breaks_amid_the_deed_is_told_and_the_deed_is_done_once(campus, shop, order):
    def pay():
        try:
            return shop.post("payments", order, idempotency_key=KEY)
        finally:
            connections.close_all()

    with another_deed_under(shop) as other, ThreadPoolExecutor(1) as pool:
        asking = pool.submit(pay)
        other.execute("SELECT pg_terminate_backend(%s)", [waiting_pid(other)])
        broken = asking.result(PATIENCE_SECONDS)
    assert is_unknown(broken)
    assert (balance(campus), RequestLog.objects.get().status) == (10_000, 503)

    first, again = (shop.post("payments", order, idempotency_key=KEY) for _try in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    assert balance(campus) == 10_000 - 850


def away(*_arguments, **_names):
    raise OperationalError("the database is starting up")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_database_that_is_away_before_the_key_is_known_is_told_in_json(db, monkeypatch, method):
    monkeypatch.setattr(keys, "key_of", away)
    assert is_unknown(getattr(Client(REMOTE_ADDR=HOME), method)(PREFIX + "payments"))


def test_what_was_decided_is_told_though_its_line_in_the_log_is_lost(campus, shop, order, monkeypatch):
    monkeypatch.setattr(RequestLog, "save", away)
    assert shop.post("payments", order, idempotency_key=KEY).status_code == 201
    assert balance(campus) == 10_000 - 850
