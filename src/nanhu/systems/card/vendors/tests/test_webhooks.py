"""Webhooks: signed, told once, told again to who was away, replayed at the desk. Against a real server on loopback."""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from nanhu.kernel.clock import now
from nanhu.platforms.openapi.errors import WebhookAddressError
from nanhu.platforms.openapi.models import Delivery, WebhookEvent
from nanhu.platforms.openapi.services import deliveries, webhooks
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.vendors.tests.conftest import Shop, register

SHOP = "sandbox.shop"


class Ear(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def ear():
    server = HTTPServer(("127.0.0.1", 0), Ear)
    server.heard, server.answers = [], []
    server.url = f"http://localhost:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hooked(vendor, ear):
    return webhooks.set_webhook(by=SYSTEM, vendor=vendor, mode="test", url=ear.url)


@pytest.mark.slow
def test_an_event_comes_signed_and_once(sandbox, hooked, ear):
    payment = sandbox.pay(850, code="SANDBOX-OK", merchant=SHOP).json()
    deliveries.deliver_due()
    deliveries.deliver_due()

    [(headers, body)] = ear.heard
    told = json.loads(body)
    assert (told["type"], told["mode"], told["data"]["id"]) == ("payment.succeeded", "test", payment["id"])
    moment, seal = headers["Nanhu-Signature"].removeprefix("t=").split(",v1=")
    right = hmac.new(hooked.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(seal, right)
    assert Delivery.objects.get().state == "done"


def test_who_is_away_is_told_again_later_and_later(sandbox, hooked, ear, clock_stands):
    ear.answers = [500, 302, 200]
    sandbox.pay(850, code="SANDBOX-OK", merchant=SHOP)
    pauses = []
    for _turn in range(3):
        deliveries.deliver_due()
        delivery = Delivery.objects.get()
        if delivery.state == "waiting":
            pauses.append((delivery.due_at - now()).total_seconds())
            Delivery.objects.update(due_at=now())
    assert (delivery.state, delivery.attempts, len(ear.heard)) == ("done", 3, 3)
    assert len({body for _headers, body in ear.heard}) == 1
    assert 3 < pauses[0] <= 5 < pauses[1] <= 10


def test_a_dead_address_is_given_up_in_the_end(sandbox, hooked, ear):
    sandbox.pay(850, code="SANDBOX-OK", merchant=SHOP)
    ear.answers = [503]
    Delivery.objects.update(attempts=deliveries.MOST_ATTEMPTS - 1)
    deliveries.deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status, delivery.error) == ("given_up", 503, "HTTP 503")


def test_nothing_is_told_of_a_deed_that_was_undone(sandbox, hooked):
    sandbox.pay(850, code="SANDBOX-STALE", merchant=SHOP)
    assert not WebhookEvent.objects.exists()


def test_a_replay_is_the_same_event(sandbox, hooked, ear):
    sandbox.pay(850, code="SANDBOX-OK", merchant=SHOP)
    deliveries.deliver_due()
    webhooks.replay(by=SYSTEM, event=WebhookEvent.objects.get())
    deliveries.deliver_due()
    assert len(ear.heard) == 2
    assert ear.heard[0][1] == ear.heard[1][1]


def test_a_webhook_switched_off_hears_no_more(sandbox, hooked, ear):
    sandbox.pay(850, code="SANDBOX-OK", merchant=SHOP)
    webhooks.stop_webhook(by=SYSTEM, webhook=hooked.webhook)
    deliveries.deliver_due()
    assert ear.heard == []
    assert Delivery.objects.get().state == "given_up"


def test_live_and_sandbox_and_vendors_are_told_apart(sandbox, shop, phone, hooked, ear):
    Shop(register("隔壁"), mode="test").pay(850, code="SANDBOX-OK", merchant=SHOP)
    shop.pay(850, code=phone.code())
    deliveries.deliver_due()
    assert ear.heard == []
    assert WebhookEvent.objects.filter(mode="live", kind="payment.succeeded").count() == 1


INTERNAL = [
    "https://10.1.2.3/x",
    "https://192.168.0.1/x",
    "https://169.254.169.254/latest",
    "https://[::ffff:10.0.0.1]/x",
    "https://[64:ff9b::a00:1]/x",
    "https://[fd00::1]/x",
    "https://100.100.100.200/x",
    "https://0.0.0.0/x",
]


@pytest.mark.parametrize("url", INTERNAL)
def test_an_address_inside_the_school_is_refused_when_it_is_saved(vendor, url):
    with pytest.raises(WebhookAddressError):
        webhooks.set_webhook(by=SYSTEM, vendor=vendor, mode="live", url=url)


def answering(address: str):
    return lambda _host, port, **_options: [(2, 1, 6, "", (address, port))]


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/x",
        "ftp://x/",
        "https://a:b@shop.example/",
        "javascript:1",
        "https://",
        "https://[half",
        "x",
    ],
)
def test_an_address_in_the_open_is_refused(vendor, url):
    with pytest.raises(WebhookAddressError):
        webhooks.set_webhook(by=SYSTEM, vendor=vendor, mode="live", url=url)


def test_a_name_that_turned_inside_after_it_was_saved_is_not_called(vendor, sandbox, monkeypatch):
    """DNS rebinding: public when the desk saved it, the cloud's secrets when it is called."""
    monkeypatch.setattr("socket.getaddrinfo", answering("203.0.114.7"))
    webhooks.set_webhook(by=SYSTEM, vendor=vendor, mode="test", url="https://shop.example/hook")
    monkeypatch.setattr("socket.getaddrinfo", answering("169.254.169.254"))
    sandbox.pay(850, code="SANDBOX-OK", merchant=SHOP)
    deliveries.deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    assert "not called" in delivery.error
