"""Who holds no key, an old key, another's key, a copied request, a bent request: nothing moves."""

import json
import time
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.registry import Verdict
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.openapi.errors import AddressesMissingError
from nanhu.platforms.openapi.models import ApiKey, IdempotencyRecord, RateBucket
from nanhu.platforms.openapi.services import keys, rate_limits, vendors
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.pins.policy import LimitRule
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.vendors.checks import no_vendor_is_abused
from nanhu.systems.card.vendors.live import cards
from nanhu.systems.card.vendors.models import VendorPayment
from nanhu.systems.card.vendors.tests.conftest import EVERYTHING, HOME, PREFIX, Shop, fault_of, register


@pytest.fixture
def untouched(campus):
    """After the attack the wallet is what it was and no payment is recorded."""
    wallet = campus.card("student").wallet_id
    yield
    assert ledger.balances_of([wallet])[wallet] == 10_000
    assert not Receipt.objects.filter(kind="payment").exists()


def anonymous(path="account", **headers):
    return Client(REMOTE_ADDR=HOME).get(PREFIX + path, headers=headers)


@pytest.mark.parametrize(
    "shown", ["", "Bearer ", "Bearer nanhu_live_x", "Basic eDp5", "Bearer nanhu_live_aaaaaaaaaaaa_" + "A" * 43]
)
def test_without_a_good_key_nothing_is_told(db, shown):
    answer = anonymous(authorization=shown)
    assert (answer.status_code, fault_of(answer)) == (401, "key_refused")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_every_bit_of_a_key_counts(shop):
    number = len(shop.secret) - 1
    for place in (12, 25, number):
        flipped = shop.secret[:place] + ("A" if shop.secret[place] != "A" else "B") + shop.secret[place + 1 :]
        assert fault_of(anonymous(authorization=f"Bearer {flipped}")) == "key_refused"


@pytest.fixture
def buckets_stand(monkeypatch):
    """Buckets fill by the database's clock, which no test can hold: however slowly one runs, nothing is given back."""
    monkeypatch.setattr(
        rate_limits, "TAKE", rate_limits.TAKE.replace("clock_timestamp()", "timestamptz '2026-11-25 12:00+8'")
    )


@pytest.mark.usefixtures("buckets_stand")
def test_guessing_is_slowed_by_network(db):
    codes = [fault_of(anonymous(authorization="Bearer guess")) for _try in range(20)]
    assert codes == ["key_refused"] * 10 + ["rate_limited"] * 10
    elsewhere = Client(REMOTE_ADDR="198.51.100.7").get(PREFIX + "account", headers={"authorization": "Bearer guess"})
    assert fault_of(elsewhere) == "key_refused", "another network is not closed"


@pytest.mark.usefixtures("buckets_stand")
def test_guesses_of_others_from_its_network_do_not_stop_a_good_key(shop):
    codes = {fault_of(anonymous(authorization="Bearer guess")) for _try in range(20)}
    assert "rate_limited" in codes
    assert shop.get("account").status_code == 200


@pytest.mark.usefixtures("clock_stands")
def test_a_key_asks_no_more_than_its_rate(vendor):
    order = vendors.VendorOrder(
        company="慢", contact="刘", scopes=EVERYTHING, addresses=("10.20.0.0/24",), per_minute=6
    )
    slow = Shop(vendors.register(by=SYSTEM, order=order))
    answers = [slow.get("account") for _try in range(7)]
    assert [one.status_code for one in answers] == [200] * 5 + [429] * 2
    assert int(answers[-1]["Retry-After"]) >= 1


def test_a_live_key_works_from_its_addresses_only(shop, phone, untouched):
    shop.client = Client(REMOTE_ADDR="10.21.0.7")
    answer = shop.pay(850, code=phone.code())
    assert (answer.status_code, fault_of(answer)) == (403, "address_refused")


def test_a_live_key_is_not_made_without_addresses(campus):
    with pytest.raises(AddressesMissingError):
        Shop(register("无地址", addresses=()))


@pytest.mark.parametrize("scope", ["pay", "refund", "query", "block", "unblock", "issue"])
def test_without_the_scope_nothing_is_even_looked_up(campus, scope, untouched):
    """The answer for what exists and what does not is the same."""
    one = Shop(register("只看", scopes=tuple(set(EVERYTHING) - {f"card.{scope}"})))
    card, nobody = campus.card("student").public_id, "0b9d9c4e-7a55-4f3e-9f0a-2a4b6c8d0e1f"
    asks = {
        "pay": [("payments", {"merchant": "n1.rice", "amount_fen": 1, "code": "N1P00000000"})] * 2,
        "refund": [(f"payments/{nobody}/refunds", {"amount_fen": 1, "reason": "x"})] * 2,
        "query": [("cards/query", {"campus_no": "14231100001"}), ("cards/query", {"campus_no": "99999999"})],
        "block": [(f"cards/{card}/block", {"reason": "x"}), (f"cards/{nobody}/block", {"reason": "x"})],
        "unblock": [(f"cards/{card}/unblock", {"reason": "x"}), (f"cards/{nobody}/unblock", {"reason": "x"})],
        "issue": [("orders", {})] * 2,
    }[scope]
    answers = [one.post(path, facts) for path, facts in asks]
    told = [{**answer.json()["error"], "request_id": ""} for answer in answers]
    assert told[0] == told[1]
    assert [answer.status_code for answer in answers] == [403, 403]


def test_a_number_is_no_oracle_without_the_right_to_look_up(campus):
    one = Shop(register("看码", scopes=("card.query",)))
    told = [one.post("cards/query", {"campus_no": number}).json()["error"] for number in ("14231100001", "99999999")]
    assert {fault["code"] for fault in told} == {"scope_missing"}
    assert told[0]["message"] == told[1]["message"]


def test_a_copied_request_does_its_deed_once_and_goes_stale(shop, phone, campus, clock_stands):
    body = json.dumps({"merchant": "n1.rice", "amount_fen": 850, "code": phone.code()}).encode()
    head = shop.headers("POST", PREFIX + "payments", body, idempotency_key="copied-0001")
    for _copy in range(3):
        shop.client.post(PREFIX + "payments", body, content_type="application/json", headers=head)
    assert VendorPayment.objects.filter(outcome="posted").count() == 1
    for moment in (time.time() - 301, time.time() + 301):
        stale = shop.pay(850, code=phone.code(), moment=moment)
        assert (stale.status_code, fault_of(stale)) == (401, "clock_wrong")
    assert VendorPayment.objects.count() == 1


@pytest.mark.parametrize("what", ["body", "path", "idempotency_key", "moment", "seal"])
def test_a_bit_flipped_on_the_way_is_noticed(shop, phone, what, untouched):
    body = json.dumps({"merchant": "n1.rice", "amount_fen": 850, "code": phone.code()}).encode()
    head = shop.headers("POST", PREFIX + "payments", body, idempotency_key="bent-0001")
    path = PREFIX + "payments"
    if what == "body":
        body = body.replace(b"850", b"851")
    elif what == "path":
        path = PREFIX + "payments/0b9d9c4e-7a55-4f3e-9f0a-2a4b6c8d0e1f/refunds"
    elif what == "idempotency_key":
        head["idempotency-key"] = "bent-0002"
    elif what == "moment":
        head["nanhu-signature"] = (
            head["nanhu-signature"].replace("t=", "t=9", 1).replace("t=9", "t=", 1).replace("t=1", "t=2", 1)
        )
    else:
        head["nanhu-signature"] = head["nanhu-signature"][:-1] + ("0" if head["nanhu-signature"][-1] != "0" else "1")
    answer = shop.client.post(path, body, content_type="application/json", headers=head)
    assert (answer.status_code, fault_of(answer)) == (401, "signature_wrong")


def test_a_write_without_its_headers_is_not_done(shop, phone, untouched):
    without_key = shop.pay(850, code=phone.code(), headers={"idempotency-key": ""})
    assert (without_key.status_code, fault_of(without_key)) == (400, "idempotency_key_missing")
    without_seal = shop.pay(850, code=phone.code(), headers={"nanhu-signature": ""})
    assert (without_seal.status_code, fault_of(without_seal)) == (401, "signature_wrong")


@pytest.mark.parametrize("fen", [0, -1, -850, 500_001, 2**63, 2**200, 8.5, "850", None, True, [850]])
def test_an_amount_that_is_none_is_refused(shop, phone, fen, untouched):
    answer = shop.post("payments", {"merchant": "n1.rice", "amount_fen": fen, "code": phone.code()})
    assert (answer.status_code, fault_of(answer)) == (400, "body_invalid")
    assert answer.json()["error"]["param"] == "amount_fen"


@pytest.mark.parametrize("fen", [0, -1, 851, 2**63])
def test_a_refund_cannot_be_bent_into_a_payment(shop, phone, fen, campus):
    payment = shop.pay(850, code=phone.code()).json()["id"]
    answer = shop.post(f"payments/{payment}/refunds", {"amount_fen": fen, "reason": "x"})
    assert answer.status_code in {400, 409}
    assert shop.get(f"payments/{payment}").json()["refunded_fen"] == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"merchant":"n1.rice"}',
        b'{"amount_fen":1,"merchant":"n1.rice","code":"X1234567","x":1}',
        b'{"amount_fen":1,"merchant":"n1.rice"}',
        b"[" * 8000,
    ],
)
def test_a_body_that_is_none_is_refused(shop, body, untouched):
    answer = shop.post("payments", None, body=body)
    refused = (400, "body_invalid") if body else (415, "content_type_refused")
    assert (answer.status_code, fault_of(answer)) == refused


def test_an_oversized_body_is_not_read(shop, untouched):
    answer = shop.post("payments", None, body=b'{"merchant":"' + b"x" * 17_000 + b'"}')
    assert (answer.status_code, fault_of(answer)) == (413, "body_too_large")


def test_a_revoked_key_is_refused_at_once(shop, phone, untouched):
    keys.revoke_key(by=SYSTEM, key=shop.key, reason="泄露")
    assert fault_of(shop.pay(850, code=phone.code())) == "key_refused"
    with pytest.raises(DatabaseError), transaction.atomic():
        ApiKey.objects.filter(pk=shop.key.pk).update(revoked_at=None)


def test_a_rotated_key_works_on_for_the_overlap(shop):
    made = keys.rotate_key(by=SYSTEM, key=shop.key, overlap_hours=24)
    assert shop.get("account").status_code == 200
    assert anonymous(authorization=f"Bearer {made.text}").status_code == 200
    ApiKey.objects.filter(pk=shop.key.pk).update(ends_at=now() + timedelta(microseconds=1))
    assert fault_of(shop.get("account")) == "key_refused"


def test_a_vendor_switched_off_does_nothing(shop, vendor, phone, untouched):
    vendors.switch(by=SYSTEM, vendor=vendor, is_on=False, reason="欠费")
    assert fault_of(shop.pay(850, code=phone.code())) == "key_refused"


def test_a_scope_taken_away_is_gone_with_the_next_request(shop, vendor, phone, untouched):
    order = vendors.VendorOrder(company="岳阳饭盒", contact="刘", scopes=("card.query",), addresses=("10.20.0.0/24",))
    vendors.change(by=SYSTEM, vendor=vendor, order=order)
    assert fault_of(shop.pay(850, code=phone.code())) == "scope_missing"


def test_a_sandbox_key_reaches_nothing_live(shop, sandbox, phone, campus):
    payment = shop.pay(850, code=phone.code()).json()["id"]
    card = campus.card("student").public_id

    assert fault_of(sandbox.get(f"payments/{payment}")) == "payment_unknown"
    refund = sandbox.post(f"payments/{payment}/refunds", {"amount_fen": 850, "reason": "x"})
    assert fault_of(refund) == "payment_unknown"
    assert fault_of(sandbox.post(f"cards/{card}/block", {"reason": "x"})) == "card_unknown"
    assert fault_of(sandbox.pay(850, code=phone.code(), merchant="sandbox.shop")) == "code_wrong"
    assert fault_of(sandbox.pay(850, code=phone.code())) == "merchant_refused"
    renamed = sandbox.secret.replace("nanhu_test_", "nanhu_live_")
    assert fault_of(anonymous(authorization=f"Bearer {renamed}")) == "key_refused"


def test_a_live_key_reaches_nothing_of_the_sandbox(shop, sandbox):
    payment = sandbox.pay(850, code="SANDBOX-OK", merchant="sandbox.shop").json()["id"]
    assert fault_of(shop.get(f"payments/{payment}")) == "payment_unknown"
    assert fault_of(shop.pay(850, code="SANDBOX-OK")) == "code_wrong"


def test_what_was_told_is_never_changed(shop, phone):
    shop.pay(850, code=phone.code())
    for change in (lambda rows: rows.update(status=500), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(IdempotencyRecord.objects.all())


def test_the_log_keeps_no_key_and_no_body(shop, phone):
    shop.pay(850, code=phone.code())
    [key] = ApiKey.objects.filter(pk=shop.key.pk).values()
    assert shop.secret not in str(key)
    assert len(key["secret_hash"]) == 32


def test_a_stolen_key_stops_so_many_cards_a_day_and_the_doctor_tells(shop, campus, monkeypatch):
    """Numbers of cards come from queries; each block is a loss report, and the whole campus would stand before an empty lunch."""
    monkeypatch.setattr(cards, "limits_on", lambda _day: replace(LimitRule(), vendor_day_blocks=1))
    first, second = campus.card("student"), campus.card("teacher")
    assert no_vendor_is_abused().verdict == Verdict.OK
    assert shop.post(f"cards/{first.public_id}/block", {"reason": "x"}).status_code == 200
    assert fault_of(shop.post(f"cards/{second.public_id}/block", {"reason": "x"})) == "day_limit"
    assert campus.card("teacher").state == "issued"
    assert shop.post(f"cards/{first.public_id}/block", {"reason": "again"}).status_code == 200, "it stops no more"
    assert shop.post(f"cards/{first.public_id}/unblock", {"reason": "x"}).status_code == 200
    told = no_vendor_is_abused()
    assert (told.verdict, "岳阳饭盒" in str(told.message)) == (Verdict.FAIL, True)
    with time_machine.travel(now() + timedelta(days=1)):
        assert shop.post(f"cards/{second.public_id}/block", {"reason": "x"}).status_code == 200


def test_a_stolen_key_looks_up_so_many_campus_numbers_a_day(shop, phone, monkeypatch):
    """They follow each other, whoever has one or nobody; what a holder shows is no guess."""
    monkeypatch.setattr(cards, "limits_on", lambda _day: replace(LimitRule(), vendor_day_lookups=2))
    assert shop.post("cards/query", {"campus_no": "14231100001"}).status_code == 200
    assert fault_of(shop.post("cards/query", {"campus_no": "99999999"})) == "card_unknown"
    for number in ("14231100001", "99999999"):
        refused = shop.post("cards/query", {"campus_no": number})
        assert fault_of(refused) == "day_limit"
        assert 0 < int(refused["Retry-After"]) <= 24 * 3600, "when the day is over"
    assert shop.post("cards/query", {"code": phone.code()}).status_code == 200
    assert no_vendor_is_abused().verdict == Verdict.FAIL
    RateBucket.objects.filter(subject__contains="card.lookup").update(at=now() - timedelta(hours=12))
    assert fault_of(shop.post("cards/query", {"campus_no": "14231100001"})) == "day_limit", "so many a day, and no more"
    with time_machine.travel(now() + timedelta(days=1)):
        assert shop.post("cards/query", {"campus_no": "14231100001"}).status_code == 200


def test_a_school_that_allows_no_looks_is_asked_for_none(shop, monkeypatch):
    monkeypatch.setattr(cards, "limits_on", lambda _day: replace(LimitRule(), vendor_day_lookups=0))
    assert fault_of(shop.post("cards/query", {"campus_no": "14231100001"})) == "day_limit"
