"""Notices over HTTP as the bank and UnionPay sign them (their own code, not ours): forged, flipped, doubled, late, out of order."""

import json
import time
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import SamePersonError
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments import wire
from nanhu.platforms.payments.adapters.acp import settle_day
from nanhu.platforms.payments.models import Difference
from nanhu.platforms.payments.services import differences
from nanhu.platforms.payments.services.day_custody import custody_differences, custody_on
from nanhu.platforms.payments.services.reconciliation import reconcile
from nanhu.systems.card.bank.errors import SuspectTooLargeError
from nanhu.systems.card.bank.models import OnlineTopUp
from nanhu.systems.card.bank.services import loads, top_ups
from nanhu.systems.card.bank.tests.conftest import drive
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.models import Card
from nanhu.systems.card.tests.conftest import CAST

ACP, TOLD, LOOK = "/card/bank/notices/acp", "/card/bank/notices/bank/credit", "/card/bank/notices/bank/look"
FIELDS = (
    "version",
    "encoding",
    "merId",
    "orderId",
    "txnTime",
    "txnType",
    "txnSubType",
    "respCode",
    "queryId",
    "txnAmt",
    "currencyCode",
    "settleDate",
    "signPubKeyCert",
    "signature",
    "signMethod",
    "certId",
)


@pytest.fixture
def ordered(campus):
    made = top_ups.ask_top_up(by=campus.actor("student"), card=campus.card("student"), amount_fen=5000, source="web")
    return top_ups.open_top_up(made)


def notice(campus, order, **changes):
    """Signed by the emulated UnionPay's own code with its own key."""
    facts = {
        "version": "5.1.0",
        "encoding": "UTF-8",
        "merId": "777290058110097",
        "orderId": order.number,
        "txnType": "01",
        "txnTime": order.txn_time,
        "txnSubType": "07",
        "respCode": "00",
        "queryId": "202611251200000000018",
        "txnAmt": str(order.amount_fen),
        "currencyCode": "156",
        "settleDate": f"{campus_today():%m%d}",
        **changes,
    }
    return campus.bank.do("sign", message=facts)


def flipped(value):
    """One bit of the middle character."""
    place = len(value) // 2
    return value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]


def nothing_moved(campus, order):
    order.refresh_from_db()
    assert (order.state, order.told_times) == ("opened", 0)
    assert loads.held_fen(campus.card("student")) == 0


@pytest.mark.capability("A136.1")
def test_a_bit_flipped_in_any_field_of_unionpays_notice_is_refused(campus, ordered):
    message = notice(campus, ordered)
    present = [name for name in FIELDS if message.get(name)]
    assert {"signature", "signPubKeyCert", "txnAmt", "orderId"} <= set(present)
    for name in present:
        assert Client().post(ACP, {**message, name: flipped(message[name])}).status_code == 400, name
    for name in present:
        left = {key: value for key, value in message.items() if key != name}
        assert Client().post(ACP, left).status_code == 400, name
    assert Client().post(ACP, {**message, "extra": "1"}).status_code == 400
    nothing_moved(campus, ordered)
    assert Client().post(ACP, message).status_code == 200
    assert loads.held_fen(campus.card("student")) == 5000


@pytest.mark.parametrize(
    "changes",
    [
        {"txnAmt": "4999"},
        {"txnAmt": "-5000"},
        {"txnAmt": "9" * 30},
        {"currencyCode": "840"},
        {"txnTime": "20200101000000"},
        {"orderId": "TU0000000000"},
        {"queryId": ""},
    ],
)
@pytest.mark.capability("A136.1")
def test_a_genuine_notice_of_another_sum_or_order_books_nothing(campus, ordered, changes):
    assert Client().post(ACP, notice(campus, ordered, **changes)).status_code == 409
    ordered.refresh_from_db()
    assert ordered.state == "opened"
    assert loads.held_fen(campus.card("student")) == 0


@pytest.mark.capability("A136.1", "A136.2")
def test_a_notice_of_failure_and_a_notice_before_it_in_any_order_end_in_one_credit(campus, ordered):
    failed, paid = notice(campus, ordered, respCode="05"), notice(campus, ordered)
    given_back = notice(campus, ordered, txnType="04")
    assert Client().post(ACP, notice(campus, ordered, merId="777290058110001")).status_code == 400
    for message in (failed, given_back):
        assert Client().post(ACP, message).status_code == 200
    nothing_moved(campus, ordered)
    for message in (paid, failed, paid, given_back, paid):
        assert Client().post(ACP, message).status_code == 200
    ordered.refresh_from_db()
    assert (ordered.state, ordered.told_times) == ("credited", 3)
    assert loads.held_fen(campus.card("student")) == 5000
    assert (receipt_differences(), ledger.trial_balance().difference_fen) == ([], 0)


@pytest.mark.capability("A136.1")
def test_a_second_payment_for_a_paid_order_is_odd_and_books_nothing(campus, ordered):
    assert Client().post(ACP, notice(campus, ordered)).status_code == 200
    assert Client().post(ACP, notice(campus, ordered, queryId="202611251200000000019")).status_code == 409
    assert loads.held_fen(campus.card("student")) == 5000


@pytest.mark.capability("A136.1")
def test_a_late_notice_of_a_closed_order_is_still_money(campus, ordered):
    OnlineTopUp.objects.filter(pk=ordered.pk).update(state="closed", due_at=None)
    assert Client().post(ACP, notice(campus, ordered)).status_code == 200
    drive(2)
    ordered.refresh_from_db()
    assert ordered.state == "credited"
    assert loads.held_fen(campus.card("student")) == 5000


def test_in_the_read_only_mode_what_bank_and_unionpay_say_is_booked_once_and_a_forged_word_is_refused(
    campus, ordered, read_only_now
):
    message = notice(campus, ordered)
    assert [Client().post(ACP, message).status_code for _time in range(2)] == [200, 200]
    assert Client().post(ACP, {**message, "txnAmt": "4999"}).status_code == 400
    raw, headers = told(campus)
    assert post(raw, headers).status_code == 200
    assert post(raw + b" ", headers).status_code == 401
    assert loads.held_fen(campus.card("student")) == 10_000


def told(campus, *, body=None, request="N20261125000001", clock=None, operation="campus/credit"):
    """The bank's live notice, signed by the emulated bank."""
    facts = body or {
        "reference": "202611250000000001",
        "campus_no": CAST["student"][2],
        "amount_fen": 5000,
        "settled_on": campus_today().isoformat(),
    }
    raw, clock = json.dumps(facts), clock or str(int(time.time()))
    asked = {"operation": operation, "institution": "HNIST", "request": request, "clock": clock, "body": raw}
    headers = {
        "Nanhu-Institution": "HNIST",
        "Nanhu-Request": request,
        "Nanhu-Clock": clock,
        "Nanhu-Signature": campus.bank.do("sign", **asked)["signature"],
    }
    return raw.encode(), headers


def post(raw, headers, path=TOLD):
    return Client().post(path, raw, content_type="application/json", headers=headers)


@pytest.mark.capability("A137.1")
def test_a_bit_flipped_anywhere_in_the_banks_notice_is_refused(campus):
    raw, headers = told(campus)
    for place in range(len(raw)):
        wrong = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert post(wrong, headers).status_code == 401, place
    for name in headers:
        assert post(raw, {**headers, name: flipped(headers[name])}).status_code == 401, name
        assert post(raw, {key: value for key, value in headers.items() if key != name}).status_code == 401, name
    assert post(raw, headers, LOOK).status_code == 401
    assert OnlineTopUp.objects.count() == 0
    assert post(raw, headers).json()["outcome"] == "done"
    assert loads.held_fen(campus.card("student")) == 5000


@pytest.mark.capability("A137.1")
@pytest.mark.usefixtures("clock_stands")
def test_the_banks_notice_by_another_key_or_an_old_clock_is_none(campus):
    raw, headers = told(campus)
    text = wire.request_text(
        operation="campus/credit",
        institution="HNIST",
        request=headers["Nanhu-Request"],
        clock=headers["Nanhu-Clock"],
        body=raw,
    )
    ours = wire.signature_of(campus.bank.our_key, text)
    assert post(raw, {**headers, "Nanhu-Signature": ours}).status_code == 401
    for clock in (*(str(int(time.time()) + off) for off in (-4000, -302, 302)), "9" * 5000):
        assert post(*told(campus, clock=clock)).status_code == 401, clock
    assert OnlineTopUp.objects.count() == 0
    assert post(*told(campus, clock=str(int(time.time()) - 299))).json()["outcome"] == "done"


@pytest.mark.capability("A137.1")
def test_the_banks_notice_again_is_one_and_with_another_sum_or_holder_is_refused(campus):
    raw, headers = told(campus)
    assert [post(raw, headers).json()["outcome"] for _time in range(3)] == ["done"] * 3
    facts = json.loads(raw)
    for changes in ({"amount_fen": 5001}, {"amount_fen": 0}, {"amount_fen": -5000}, {"reference": "x"}):
        said = post(*told(campus, body={**facts, **changes}, request="N2"))
        assert said.json()["outcome"] == "refused", changes
    said = post(*told(campus, body={**facts, "campus_no": CAST["teacher"][2]}, request="N3")).json()
    assert loads.held_fen(campus.card("teacher")) == 0
    assert loads.held_fen(campus.card("student")) == 5000
    assert (said["outcome"], said["code"]) == ("refused", "bank.payment_odd")
    assert (receipt_differences(), ledger.trial_balance().difference_fen) == ([], 0)


@pytest.mark.capability("A137.1")
def test_a_sender_learns_of_a_number_a_masked_name_and_how_much_may_come(campus):
    asked = told(campus, body={"campus_no": CAST["student"][2]}, operation="campus/look")
    said = post(*asked, LOOK).json()
    assert said == {"outcome": "done", "code": "ok", "name": "**满", "largest_fen": 50_000}
    Card.objects.filter(pk=campus.card("student").pk).update(state="expired")
    assert post(*asked, LOOK).json()["code"] == "card_unknown"


SUSPECT = {
    "ten million yuan": {"amount_fen": 10**9},
    "more than one transfer may bring": {"amount_fen": 50_001},
    "of 1999": {"settled_on": "1999-01-01"},
    "of a day to come": {"settled_on": "2999-01-01"},
}


@pytest.mark.parametrize("how", SUSPECT)
@pytest.mark.capability("A137.1")
def test_a_genuine_notice_that_cannot_be_right_credits_nobody_and_has_an_owner(campus, how):
    facts = {
        "reference": "202611250000000009",
        "campus_no": CAST["student"][2],
        "amount_fen": 5000,
        "settled_on": campus_today().isoformat(),
    } | SUSPECT[how]
    said = [post(*told(campus, body=facts, request=f"S{number}")).json() for number in range(3)]
    assert [(one["outcome"], one["code"]) for one in said] == [("done", "held")] * 3
    held = Difference.objects.get()
    assert (held.kind, held.state, held.owner, held.theirs_fen) == (
        "suspect",
        "open",
        "收付财务",
        facts["amount_fen"],
    )
    assert held.why
    assert (OnlineTopUp.objects.count(), loads.held_fen(campus.card("student"))) == (0, 0)
    assert [one["fen"] for one in custody_on(campus_today())["suspects"]] == [facts["amount_fen"]]
    assert held.why in custody_differences(campus_today())[0].what
    kept = AuditEntry.objects.get(action="payments.suspend_notice")
    assert (kept.reason, kept.facts["fen"]) == (held.why, facts["amount_fen"]), "once"
    reconcile(held.channel, campus_today())
    held.refresh_from_db()
    assert held.state == "open", "no file closes what nobody looked at"


@pytest.mark.capability("A137.2")
def test_a_suspect_sum_is_credited_by_two_and_one_above_the_balance_never(campus):
    facts = {
        "reference": "202611250000000009",
        "campus_no": CAST["student"][2],
        "amount_fen": 200_000,
        "settled_on": campus_today().isoformat(),
    }
    post(*told(campus, body=facts, request="S1"))
    post(*told(campus, body=facts | {"reference": "202611250000000010", "amount_fen": 200_001}, request="S2"))
    small, large = Difference.objects.order_by("theirs_fen")
    with pytest.raises(SuspectTooLargeError):
        differences.propose_credit(by=campus.actor("clerk"), difference=large, reason="银行确认")
    differences.propose_credit(by=campus.actor("clerk"), difference=small, reason="银行确认")
    with pytest.raises(SamePersonError):
        differences.credit_holder(by=campus.actor("clerk"), difference=small)
    differences.credit_holder(by=campus.actor("second_clerk"), difference=small)
    assert loads.held_fen(campus.card("student")) == 200_000
    assert post(*told(campus, body=facts, request="S3")).json()["code"] == "ok"
    assert loads.held_fen(campus.card("student")) == 200_000


@pytest.mark.capability("A137.1")
def test_many_transfers_of_one_day_come_to_no_more_than_a_wallet_may_hold(campus):
    facts = {"campus_no": CAST["student"][2], "amount_fen": 50_000, "settled_on": campus_today().isoformat()}
    said = [
        post(*told(campus, body=facts | {"reference": f"20261125000000001{n}"}, request=f"M{n}")).json()["code"]
        for n in range(6)
    ]
    assert said == ["ok"] * 4 + ["held"] * 2
    assert loads.held_fen(campus.card("student")) == 200_000
    with time_machine.travel(now() + timedelta(days=1)):
        tomorrow = facts | {"reference": "202611250000000017"}
        assert post(*told(campus, body=tomorrow, request="M7")).json()["code"] == "ok", "another day"


@pytest.mark.capability("A137.1")
def test_a_transfer_is_of_the_last_seven_days_or_of_tomorrow(campus):
    facts = {"campus_no": CAST["student"][2], "amount_fen": 100}
    for place, (days, code) in enumerate({-8: "held", -7: "ok", 1: "ok", 2: "held"}.items()):
        settled_on = (campus_today() + timedelta(days=days)).isoformat()
        body = facts | {"reference": f"20261125000000003{place}", "settled_on": settled_on}
        assert post(*told(campus, body=body, request=f"D{place}")).json()["code"] == code, days


@pytest.mark.capability("A137.1")
@pytest.mark.usefixtures("ordered")
def test_the_transfers_of_a_day_to_all_holders_come_to_no_more_than_the_school_expects(campus, school_file):
    """Whoever stole the bank's key could else send each of thirty thousand holders what a wallet holds. An order on the web is no transfer."""
    school_file({"all_transfers_fen = 50000000": "all_transfers_fen = 90000"})
    numbers = [CAST[part][2] for part in ("student", "teacher", "student", "teacher")]
    said = []
    for place, (campus_no, fen) in enumerate(zip(numbers, (50_000, 40_000, 1, 1), strict=True)):
        facts = {"reference": f"20261125000000002{place}", "campus_no": campus_no, "amount_fen": fen}
        said.append(
            post(*told(campus, body=facts | {"settled_on": campus_today().isoformat()}, request=f"A{place}")).json()
        )
    assert [one["code"] for one in said] == ["ok", "ok", "held", "held"]
    assert [loads.held_fen(campus.card(part)) for part in ("student", "teacher")] == [50_000, 40_000]
    assert {one.why for one in Difference.objects.all()} == {"全校一天内的转入超过上限 ¥ 900.00"}


def test_unionpays_notice_that_fits_no_order_is_named_with_its_sum(campus, ordered):
    assert Client().post(ACP, notice(campus, ordered, txnAmt="999999999")).status_code == 409
    held = Difference.objects.get()
    assert (held.kind, held.order, held.theirs_fen, held.owner) == (
        "suspect",
        ordered.number,
        999_999_999,
        "收付财务",
    )


@pytest.mark.parametrize(("text", "is_day"), [("0230", False), ("1332", False), ("x", False), ("", False)])
def test_a_settlement_day_is_one_of_these_weeks(text, is_day):
    assert (settle_day(text) is not None) is is_day
    today = campus_today()
    assert settle_day(f"{today:%m%d}") == today
    assert settle_day(f"{today - timedelta(days=20):%m%d}") == today - timedelta(days=20)
    assert settle_day(f"{today + timedelta(days=60):%m%d}") is None
