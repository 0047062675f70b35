"""The vendors' door while the school is read-only: in the documented shape, with a time to come again, and nobody is told that what was
done before was not."""

import pytest
from django.test import Client

from nanhu.kernel import read_only
from nanhu.kernel.read_only import switching
from nanhu.platforms.openapi.models import IdempotencyRecord, RequestLog
from nanhu.systems.card.models import Card
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.vendors.models import VendorPayment
from nanhu.systems.card.vendors.tests.conftest import PREFIX
from nanhu.systems.card.vendors.tests.test_json_errors import fault

pytestmark = pytest.mark.django_db


@pytest.fixture
def switch(campus):
    def turn(begin: bool) -> None:
        switching.begin(by=SYSTEM, reason="存储告警") if begin else switching.end(by=SYSTEM)
        read_only.current.forget()

    return turn


def test_a_payment_is_refused_with_its_time_and_the_same_key_pays_once_afterwards(shop, phone, switch):
    switch(begin=True)
    code = phone.code()
    answer = shop.pay(code=code, idempotency_key="lunch-0001")
    assert (fault(answer, 503), answer["Retry-After"]) == ("read_only", "60")
    assert answer.json()["error"]["type"] == "server"
    assert (VendorPayment.objects.count(), IdempotencyRecord.objects.count()) == (0, 0)
    assert RequestLog.objects.get().code == "read_only"
    switch(begin=False)
    paid = shop.pay(code=code, idempotency_key="lunch-0001")
    assert (paid.status_code, VendorPayment.objects.count()) == (201, 1)


def test_who_paid_before_and_lost_our_answer_gets_it_and_is_not_told_that_nothing_was_done(shop, phone, switch):
    code = phone.code()
    paid = shop.pay(code=code, idempotency_key="lunch-0001")
    assert paid.status_code == 201
    switch(begin=True)
    again = shop.pay(code=code, idempotency_key="lunch-0001")
    assert (again.status_code, again.content, again["Nanhu-Replayed"]) == (201, paid.content, "true")
    assert fault(shop.pay(900, code=code, idempotency_key="lunch-0001"), 409) == "idempotency_key_reused"
    assert VendorPayment.objects.count() == 1


def test_whoever_looks_though_by_post_or_blocks_a_card_goes_on(shop, campus, phone, switch):
    switch(begin=True)
    found = shop.post("cards/query", {"code": phone.code()})
    assert found.status_code == 200
    card = found.json()["id"]
    assert shop.post(f"cards/{card}/block", {"reason": "捡到一张卡"}).status_code == 200
    assert fault(shop.post(f"cards/{card}/unblock", {"reason": "还给本人"}), 503) == "read_only"
    assert Card.objects.get(public_id=card).state == Card.State.LOST
    assert shop.get("account").status_code == 200


def test_who_is_turned_away_anyway_hears_why(shop, switch):
    switch(begin=True)
    browser = Client(headers={"accept": "text/html"})
    assert fault(browser.post(f"{PREFIX}nothing"), 404) == "address_unknown"
    assert fault(browser.post(f"{PREFIX}payments", headers={"authorization": "Bearer x"}), 401) == "key_refused"
    assert fault(shop.post("payments", {"amount_fen": 1}), 400) == "body_invalid"
    wrong = {"nanhu-signature": "t=1764000000,v1=" + "0" * 64}
    assert fault(shop.pay(code="12345678", headers=wrong), 401) == "signature_wrong"


def test_the_sandbox_rests_too_and_every_write_that_waits_says_so_in_its_description(sandbox, switch):
    switch(begin=True)
    assert fault(sandbox.pay(code="SANDBOX-OK"), 503) == "read_only"
    paths = Client().get(f"{PREFIX}openapi.json").json()["paths"]
    addresses = ("payments", "cards/{public_id}/unblock", "cards/{public_id}/block", "cards/query")
    codes = [paths[PREFIX + one]["post"]["responses"]["503"]["x-codes"] for one in addresses]
    assert ["read_only" in one for one in codes] == [True, True, False, False]
