"""Ten connections at once, each its own: one deed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread

import pytest
from django.db import connections, transaction

from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.openapi import serving
from nanhu.platforms.openapi.services import keys
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.pins.models import Pin
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast
from nanhu.systems.card.vendors import consents
from nanhu.systems.card.vendors.models import Consent, VendorPayment
from nanhu.systems.card.vendors.tests.conftest import Phone, Shop, fault_of, register
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.races import amid, is_someone_waiting

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 10


@pytest.fixture
def campus(transactional_db, monkeypatch):
    """Who waits for ten others waits as long as that takes here."""
    monkeypatch.setattr(serving, "LOCK_TIMEOUT", f"{PATIENCE_SECONDS}s")
    cast = bring_in_the_cast()
    cast.top_up("student", 10_000)
    known = {receipt for _what, receipt, _entry in receipt_differences()}  # of tests before, whose wallets are gone
    yield cast
    assert {receipt for _what, receipt, _entry in receipt_differences()} <= known


def at_once(work, many=MANY):
    gate = Barrier(many)

    def one(number):
        gate.wait()
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(one, range(many)))


def balance(campus):
    wallet = campus.card("student").wallet_id
    return ledger.balances_of([wallet])[wallet]


def test_the_same_key_from_ten_connections_pays_once(campus):
    shop, code = Shop(register()), Phone(campus.persons["student"]).code()
    answers = at_once(lambda _n: shop.pay(850, code=code, idempotency_key="ten-at-once"))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Nanhu-Replayed" in answer.headers for answer in answers) == MANY - 1
    assert (VendorPayment.objects.count(), balance(campus)) == (1, 10_000 - 850)


def test_ten_refunds_of_one_sale_give_back_no_more_than_it_was(campus):
    shop, phone = Shop(register()), Phone(campus.persons["student"])
    payment = shop.pay(850, code=phone.code()).json()["id"]
    answers = at_once(lambda _n: shop.post(f"payments/{payment}/refunds", {"amount_fen": 300, "reason": "少菜"}))

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] * 2 + [409] * (MANY - 2)
    assert balance(campus) == 10_000 - 850 + 600


def test_one_code_from_ten_connections_pays_once(campus):
    shop, code = Shop(register()), Phone(campus.persons["student"]).code()
    answers = at_once(lambda n: shop.pay(850, code=code, idempotency_key=f"other-{n:04}"))

    assert sorted(answer.status_code for answer in answers) == [201] + [402] * (MANY - 1)
    assert {fault_of(answer) for answer in answers if answer.status_code == 402} == {"code_used"}
    assert balance(campus) == 10_000 - 850


def test_a_consent_is_ended_while_its_vendor_is_about_to_charge_by_it(campus):
    """A payment holds its key and the vendor, then the consent."""
    shop = Shop(register())
    person_id = campus.persons["student"]
    given = consents.give(by=SYSTEM, vendor=shop.vendor, person_id=person_id, most_fen=100, reference="")

    def pay() -> None:
        assert Consent.objects.select_for_update().get(pk=given.pk).ended_at is not None

    amid(lambda: keys.hold_key(shop.key), lambda: consents.end(by=SYSTEM, consent=given), then=pay)


def test_who_gives_a_new_consent_keeps_no_payment_by_the_old_one_waiting_for_his_wallet(campus):
    """The payment holds the old consent, which the giver wants; the first PIN that is typed with it is a row of the wallet's."""
    shop, waited = Shop(register()), []
    wallet, person_id = campus.card("student").wallet_id, campus.persons["student"]
    amid(
        lambda: consents.give(by=SYSTEM, vendor=shop.vendor, person_id=person_id, most_fen=100, reference=""),
        lambda: Pin.objects.create(wallet_id=wallet, kind="payment"),
        then=lambda: waited.append(is_someone_waiting()),
    )
    assert waited == [False]


def test_revoking_waits_for_the_deed_under_way_and_nothing_follows(campus):
    """A deed holds its key; who revokes waits, and the next deed finds it gone."""
    shop, phone = Shop(register()), Phone(campus.persons["student"])
    is_held, may_end = Event(), Event()

    def deed():
        with transaction.atomic():
            keys.hold_key(shop.key)
            is_held.set()
            may_end.wait(PATIENCE_SECONDS)
        connections.close_all()

    def revoke():
        keys.revoke_key(by=SYSTEM, key=shop.key, reason="泄露")
        connections.close_all()

    first, second = Thread(target=deed), Thread(target=revoke)
    first.start()
    assert is_held.wait(PATIENCE_SECONDS)
    second.start()
    second.join(0.3)
    assert second.is_alive()
    may_end.set()
    first.join(PATIENCE_SECONDS)
    second.join(PATIENCE_SECONDS)
    assert fault_of(shop.pay(850, code=phone.code())) == "key_refused"
    assert balance(campus) == 10_000
