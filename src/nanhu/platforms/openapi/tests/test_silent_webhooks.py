"""Addresses that answer nothing: paused after an event was given up, their keeper told, and all of it sent once they are taken up again."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import transaction
from django.utils import timezone

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.openapi.jobs import pause_silent
from nanhu.platforms.openapi.models import Delivery, Vendor, Webhook
from nanhu.platforms.openapi.services import deliveries, vendors, webhooks
from nanhu.platforms.openapi.tests.conftest import COLLEAGUE_NO, KEEPER_NO, SYSTEM
from nanhu.testing.races import amid
from nanhu.testing.sessions import signed_in

pytestmark = pytest.mark.django_db


class Ear(BaseHTTPRequestHandler):
    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.server.status(said["data"]["n"])
        if status == 200:
            self.server.heard.append(said["data"]["n"])
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def ear():
    server = HTTPServer(("127.0.0.1", 0), Ear)
    server.heard, server.status = [], lambda _number: 500
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hook(people_of_the_centre, ear):
    vendors.register(by=SYSTEM, order=vendors.VendorOrder(company="点餐小程序", contact="刘"))
    url = f"http://localhost:{ear.server_port}/hook"
    return webhooks.set_webhook(by=SYSTEM, vendor=Vendor.objects.get(), mode="test", url=url).webhook


def tell(hook, *numbers):
    for number in numbers:
        webhooks.publish(
            vendor=hook.vendor, mode=hook.mode, kind="payment.succeeded", key=f"{number}", facts={"n": number}
        )


def last_try():
    """As if three days had gone by."""
    Delivery.objects.filter(state="waiting").update(attempts=deliveries.MOST_ATTEMPTS - 1, due_at=timezone.now())
    deliveries.deliver_due()


def at(hook, what=""):
    return f"/openapi/{hook.vendor.public_id}/{what}"


def test_who_takes_nothing_is_paused_its_keeper_told_and_nothing_is_lost(hook, ear):
    tell(hook, 1)
    pause_silent()
    assert Webhook.objects.get().paused_at is None, "it is still tried"
    last_try()
    tell(hook, 2)
    for _turn in range(2):
        pause_silent()
    deliveries.deliver_due()
    tell(hook, 3)
    assert list(Delivery.objects.order_by("id").values_list("event__key", "state")) == [
        ("1", "given_up"),
        ("2", "given_up"),
    ]
    assert AuditEntry.objects.filter(action="openapi.pause_webhook").count() == 1

    keeper = signed_in(KEEPER_NO)
    assert "点餐小程序" in keeper.get("/openapi/?show=paused").content.decode()
    assert "三天里一件也没收" in keeper.get(at(hook)).content.decode()
    assert signed_in(COLLEAGUE_NO).post(at(hook, "webhook/test/resume/")).status_code == 404
    ear.status = lambda _number: 200
    for _turn in range(2):
        assert keeper.post(at(hook, "webhook/test/resume/")).status_code == 302
    deliveries.deliver_due()
    assert sorted(ear.heard) == [1, 2, 3], "each once"
    pause_silent()
    assert Webhook.objects.get().paused_at is None
    assert "点餐小程序" not in keeper.get("/openapi/?show=paused").content.decode()


def test_an_event_that_is_refused_for_ever_pauses_nobody_who_takes_others(hook, ear):
    ear.status = lambda number: 400 if number == 1 else 200
    tell(hook, 1, 2)
    deliveries.deliver_due()
    last_try()
    pause_silent()
    assert (Webhook.objects.get().paused_at, ear.heard) == (None, [2])


def test_a_new_address_takes_up_what_the_old_one_did_not_hear(hook, ear):
    tell(hook, 1)
    last_try()
    pause_silent()
    tell(hook, 2)
    ear.status = lambda _number: 200
    webhooks.set_webhook(by=SYSTEM, vendor=hook.vendor, mode="test", url=hook.url)
    pause_silent()
    deliveries.deliver_due()
    assert sorted(ear.heard) == [1, 2]


def test_a_vendor_that_is_switched_off_hears_nothing_and_what_it_missed_when_it_is_back(hook, ear):
    ear.status = lambda _number: 200
    tell(hook, 1)
    vendors.switch(by=SYSTEM, vendor=hook.vendor, is_on=False, reason="合同到期")
    deliveries.deliver_due()
    tell(hook, 2)
    deliveries.deliver_due()
    pause_silent()
    assert (ear.heard, Webhook.objects.get().paused_at) == ([], None), "nobody is called, and nobody is silent"
    for _twice in range(2):
        vendors.switch(by=SYSTEM, vendor=hook.vendor, is_on=True, reason="续签")
    deliveries.deliver_due()
    pause_silent()
    assert (sorted(ear.heard), Webhook.objects.get().paused_at) == ([1, 2], None), "each once"


def test_a_vendor_that_is_back_is_sent_nothing_from_before_it_had_an_address(people_of_the_centre):
    vendor = vendors.register(by=SYSTEM, order=vendors.VendorOrder(company="点餐小程序", contact="刘"))
    webhooks.publish(vendor=vendor, mode="test", kind="payment.succeeded", key="1", facts={"n": 1})
    webhooks.set_webhook(by=SYSTEM, vendor=vendor, mode="test", url="http://localhost:9/hook")
    for is_on in (False, True):
        vendors.switch(by=SYSTEM, vendor=vendor, is_on=is_on, reason="续签")
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_event_first", [True, False])
def test_an_event_that_is_written_while_its_vendor_is_switched_on_is_sent_once(hook, is_event_first):
    vendors.switch(by=SYSTEM, vendor=hook.vendor, is_on=False, reason="合同到期")

    @transaction.atomic
    def happen():
        tell(hook, 1)

    def switch_on():
        vendors.switch(by=SYSTEM, vendor=hook.vendor, is_on=True, reason="续签")

    amid(*((happen, switch_on) if is_event_first else (switch_on, happen)))
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_new_address", [True, False])
def test_what_takes_an_address_up_again_waits_for_who_switches_its_vendor_and_holds_nothing_that_he_wants(
    hook, is_new_address
):
    tell(hook, 1)
    last_try()
    pause_silent()

    def take_up():
        if is_new_address:
            webhooks.set_webhook(by=SYSTEM, vendor=hook.vendor, mode="test", url=hook.url)
        else:
            webhooks.resume_webhook(by=SYSTEM, webhook=hook)

    amid(
        lambda: vendors.switch(by=SYSTEM, vendor=hook.vendor, is_on=False, reason="合同到期"),
        take_up,
        then=lambda: Webhook.objects.select_for_update(nowait=True).get(),
    )
    assert Delivery.objects.filter(state="waiting").count() == 1
