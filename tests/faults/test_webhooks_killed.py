"""Kill -9 of the worker amid the telling of events: a vendor hears each event at least once, always under the same id and in the
same bytes, and none is lost."""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.platforms.openapi.models import Delivery, WebhookEvent
from nanhu.platforms.openapi.services import deliveries, webhooks
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast
from nanhu.systems.card.vendors.tests.conftest import Shop, register
from nanhu.testing.patience import PATIENCE_SECONDS
from tests.conftest import ROOT
from tests.journeys.street import database_url

pytestmark = pytest.mark.django_db(transaction=True)
EVENTS, KILLS, NAME = 40, 2, "worker"


class Ear(BaseHTTPRequestHandler):
    """Hears slowly, and now and then answers that it is in trouble. Of what comes after the `answered` first nobody hears before `may_go`."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.turn:
            self.server.heard.append((dict(self.headers), body))
            place = len(self.server.heard)
        if place > self.server.answered:
            self.server.may_go.wait(PATIENCE_SECONDS)
        with suppress(OSError):  # who asked was killed
            self.send_response(500 if place % 7 == 0 else 200)
            self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def ear():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    server.daemon_threads, server.heard, server.answered = True, [], 0
    server.turn, server.may_go = threading.Lock(), threading.Event()
    server.url = f"http://localhost:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def working(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker as the campus runs it, on the database of this test; it dies with the block at the latest, and what it had begun there is
    over: a job that it queues now would be left for the next test."""
    environment = os.environ | {"DATABASE_URL": database_url(), "NANHU_PROCESS": NAME}
    with log.open("ab") as file:
        worker = subprocess.Popen(
            dying_with_parent([sys.executable, "-m", "nanhu", "worker"]),
            env=environment,
            cwd=ROOT,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        yield worker
    finally:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        waits_until(lambda: not is_connected(), log)


def is_connected() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s",
            [f"nanhu-{NAME}"],
        )
        return bool(cursor.fetchone()[0])


def waits_until(is_so: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, log.read_text(errors="replace")[-3000:]
        time.sleep(0.02)


def hurry() -> None:
    """The clock moves on: leases of the killed end, and who was in trouble is told again."""
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())


def is_all_told() -> bool:
    if not Delivery.objects.filter(state="waiting").exists():
        return True
    time.sleep(2)
    hurry()
    return False


def under_way() -> int:
    return Delivery.objects.filter(state="waiting", attempts__gt=0, due_at__gt=timezone.now()).count()


def test_every_event_is_heard_under_its_one_id_though_the_worker_is_killed_amid_the_telling(ear, tmp_path):
    bring_in_the_cast()
    vendor, log = register(), tmp_path / "worker.log"
    secret = webhooks.set_webhook(by=SYSTEM, vendor=vendor, mode="test", url=ear.url).secret
    shop = Shop(vendor, mode="test")
    payments = [shop.pay(10, code="SANDBOX-OK", merchant="sandbox.shop").json()["id"] for _event in range(EVENTS)]
    assert Delivery.objects.filter(state="waiting").count() == EVENTS

    interrupted = 0
    for _kill in range(KILLS):
        ear.answered = len(ear.heard) + 5
        with working(log) as worker:
            waits_until(lambda: len(ear.heard) > ear.answered, log)
            assert is_connected()
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        interrupted += under_way()
        hurry()
    assert interrupted > 0, "nothing was under way when the worker was killed"

    ear.may_go.set()
    with working(log):
        waits_until(is_all_told, log)
    check_what_was_heard(ear.heard, secret, payments)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def check_what_was_heard(heard: list[tuple[dict, bytes]], secret: str, payments: list[str]) -> None:
    """The worker may meanwhile have told more: in the sandbox a minute is a day, and days are settled."""
    events = {str(one) for one in WebhookEvent.objects.values_list("public_id", flat=True)}
    paid = {
        json.loads(body)["data"]["id"] for _headers, body in heard if json.loads(body)["type"] == "payment.succeeded"
    }
    assert paid == set(payments)
    told = Counter(json.loads(body)["id"] for _headers, body in heard)
    assert set(told) == events
    assert len({body for _headers, body in heard}) == len(events)
    for headers, body in heard:
        moment, seal = headers["Nanhu-Signature"].removeprefix("t=").split(",v1=")
        right = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(seal, right)
        assert headers["Nanhu-Event"] == json.loads(body)["id"]
    assert max(told.values()) <= deliveries.MOST_ATTEMPTS
    print(f"{len(events)} events, heard {sum(told.values())} times")
