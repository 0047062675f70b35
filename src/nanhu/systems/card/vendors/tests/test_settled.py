"""payment.settled: told when the merchant's day was really settled, once, whatever else waits."""

import json
from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.platforms.ledger.queries import check_ledger
from nanhu.platforms.openapi.models import WebhookEvent
from nanhu.platforms.openapi.services import deliveries, webhooks
from nanhu.systems.card.closing.models import Settlement
from nanhu.systems.card.closing.services import contracts, settling
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.vendors import jobs
from nanhu.systems.card.vendors.models import VendorPayment
from nanhu.systems.card.vendors.tests.conftest import Shop, register
from nanhu.systems.card.vendors.tests.test_webhooks import ear

__all__ = ["ear"]


@pytest.fixture
def both(campus):
    """A vendor of two merchants: one is settled each day, with the other nothing is agreed yet."""
    terms = contracts.Terms(
        fee_per_mille=6,
        cycle="daily",
        payee="岳阳饭盒",
        account_token="token",
        account_last4="0018",
        starts_on=campus_today(),
    )
    contracts.agree(by=SYSTEM, merchant=Merchant.objects.get(key="n1.rice"), terms=terms)
    yield Shop(register("两家", merchants=("n1.rice", "e3.noodle")))
    assert check_ledger() == []


def told():
    return WebhookEvent.objects.filter(kind="payment.settled", mode="live")


def test_a_payment_is_settled_with_its_merchants_day_and_told_once(both, phone, ear):
    webhooks.set_webhook(by=SYSTEM, vendor=both.vendor, mode="live", url=ear.url)
    payment = both.pay(850, code=phone.code(), reference="A-7").json()
    deliveries.deliver_due()
    settling.settle_due(by=SYSTEM, today=campus_today())
    assert jobs.publish_settled() == 0
    assert both.get(f"payments/{payment['id']}").json()["settled_at"] is None

    settling.settle_due(by=SYSTEM, today=campus_today() + timedelta(days=1))
    assert Settlement.objects.get(merchant__key="n1.rice").takings_fen == 850
    assert (jobs.publish_settled(), jobs.publish_settled()) == (1, 0)
    deliveries.deliver_due()
    event = json.loads(ear.heard[-1][1])
    assert (event["type"], event["data"]["id"], event["data"]["reference"]) == ("payment.settled", payment["id"], "A-7")
    assert event["data"]["settled_at"] == both.get(f"payments/{payment['id']}").json()["settled_at"] is not None
    assert [json.loads(body)["type"] for _headers, body in ear.heard] == ["payment.succeeded", "payment.settled"]


def test_who_is_not_settled_keeps_nobody_waiting(both, phone, monkeypatch):
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    for _lunch in range(3):
        both.pay(100, code=phone.code(), merchant="e3.noodle")
    daily = both.pay(850, code=phone.code()).json()["id"]
    settling.settle_due(by=SYSTEM, today=campus_today() + timedelta(days=1))
    jobs.publish_settled()
    assert [event.facts["id"] for event in told()] == [daily]


def test_a_refused_payment_is_never_settled(both, phone):
    both.pay(10_001, code=phone.code())
    settling.settle_due(by=SYSTEM, today=campus_today() + timedelta(days=1))
    assert jobs.publish_settled() == 0
    assert VendorPayment.objects.get().settled_at is None


def test_two_that_tell_at_once_tell_once(both, phone):
    both.pay(850, code=phone.code())
    settling.settle_due(by=SYSTEM, today=campus_today() + timedelta(days=1))
    [first], [second] = list(jobs.settled_payments()), list(jobs.settled_payments())
    assert (jobs.settle(first), jobs.settle(second)) == (1, 0)
    assert told().get().facts["settled_at"] is not None
    assert VendorPayment.objects.get().settled_at == first.settled_at
