"""What other rooms take from a wallet by name: once a key, within limits, never below zero."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.card.closing.models import Correction
from nanhu.systems.card.errors import CardNotFoundError
from nanhu.systems.card.funds.errors import DeductionLimitError, WalletShortError
from nanhu.systems.card.funds.models import Deduction
from nanhu.systems.card.funds.services import deductions
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import ORIGIN


@pytest.fixture
def power(funds):
    """A dormitory's power bill, paid by whoever lives in 15-302 with 100.00."""
    funds.campus.top_up("student", 10000)
    ledger.open_fee_item(by=SYSTEM, code="power.dormitory", name="宿舍电费", reason="测试")

    def issued(fen, key, person_id):
        order = ledger.BillOrder(
            key=key,
            person_id=person_id,
            issuer="test",
            item="power.dormitory",
            amount_fen=fen,
            due_on=campus_today(),
            name="电费 15栋 302",
        )
        return ledger.issue_bills(by=SYSTEM, orders=[order])[key]

    def pay(fen=3050, key="power:2026-11:15-302", part="student", person_id=None, bill=None):
        person_id = person_id or funds.campus.persons[part]
        return deductions.deduct(by=SYSTEM, bill=bill or issued(fen, key, person_id), person_id=person_id)

    pay.funds, pay.issued = funds, issued
    return pay


def without_card():
    record = people.PersonRecord(key="new", name="新来的")
    return people.apply_records(by=SYSTEM, records=[record], origin=ORIGIN).person_ids["new"]


def with_the_school():
    account = "ledger.payee:power.dormitory"
    return ledger.balance_of(ledger.account_ids([account])[account])


@pytest.mark.capability("A091.2")
def test_a_bill_is_paid_once_and_the_holder_reads_what_for(power):
    seen = power.issued(3050, "power:2026-11:15-302", power.funds.campus.persons["student"])
    first = power()
    assert (first.balance_fen, first.is_repeated) == (6950, False)
    for again in (power(), power(bill=seen)):
        assert (again.receipt_id, again.is_repeated) == (first.receipt_id, True), "also where it looked owed before"
    assert (power.funds.balance(), with_the_school()) == (6950, 3050)
    kept = Deduction.objects.get()
    assert (kept.detail, kept.amount_fen, kept.balance_fen) == ("电费 15栋 302", 3050, 6950)
    receipt = Receipt.objects.get(kind="deduction")
    line = line_of(receipt)
    assert (line.merchant, line.signed_fen, receipt.balance_fen) == ("电费 15栋 302", -3050, 6950)
    entry = AuditEntry.objects.get(action="card.deduct")
    assert (entry.reason, entry.facts) == ("电费 15栋 302", {"fen": 3050, "receipt": first.receipt_id})


def test_another_sum_under_the_same_key_is_refused(power):
    power()
    with pytest.raises(ledger.EntryKeyReusedError):
        power(fen=1)


@pytest.mark.capability("A091.2")
def test_a_wallet_that_is_short_is_left_alone(power):
    with pytest.raises(WalletShortError):
        power(fen=10001)
    assert (power.funds.balance(), Receipt.objects.filter(kind="deduction").count()) == (10000, 0)
    assert power(fen=10000, key="all that is there").balance_fen == 0


@pytest.mark.capability("A091.2")
def test_no_sum_outside_the_limit_is_taken(power, school_file):
    with pytest.raises(DeductionLimitError):
        power(fen=50_001)
    school_file({"exception_hours = 24 ": "deduction_max_fen = 3050\nexception_hours = 24 "})
    with pytest.raises(DeductionLimitError):
        power(fen=3051, key="above")
    assert power(key="the most itself").balance_fen == 6950


def test_what_was_taken_is_answered_as_taken_also_where_less_may_be_taken_at_once_since(power, monkeypatch):
    first = power()
    monkeypatch.setattr(deductions, "most_once_fen", lambda: 3000)
    again = power()
    assert (again.receipt_id, again.is_repeated) == (first.receipt_id, True)
    with pytest.raises(DeductionLimitError):
        power(key="another")


@pytest.mark.parametrize("fen", [0, -5, 10**18])
def test_what_is_no_sum_is_no_bill(power, fen):
    with pytest.raises(DatabaseError, match=r"says_what|not_overpaid"), transaction.atomic():
        power(fen=fen)
    assert Receipt.objects.filter(kind="deduction").count() == 0


@pytest.mark.capability("A091.2")
def test_a_day_has_its_limit(power, monkeypatch):
    monkeypatch.setattr(deductions, "MOST_DAILY_FEN", 4000)
    power.funds.campus.top_up("teacher", 3000)
    power(fen=3000, key="of another", part="teacher")
    power(fen=3000, key="a")
    with pytest.raises(DeductionLimitError):
        power(fen=1001, key="b")
    assert power(fen=1000, key="c").balance_fen == 6000
    with time_machine.travel(now() + timedelta(days=1)):
        assert power(fen=4000, key="of tomorrow").balance_fen == 2000


@pytest.mark.capability("A091.2")
def test_a_lost_card_is_no_excuse_and_nobody_without_a_card_is_charged(power):
    report_lost(by=SYSTEM, card=power.funds.campus.card("student"), reason="x")
    assert power().balance_fen == 6950
    with pytest.raises(CardNotFoundError):
        power(key="k", person_id=without_card())


ASK = "/card/closing/corrections/ask/"


def asked(power, receipt_id, **said):
    form = {"receipt": str(receipt_id), "reason": "多扣了", "token": str(uuid4())} | said
    return power.funds.campus.client("clerk").post(ASK, form)


def test_a_deduction_that_was_booked_wrongly_leaves_its_bill_to_be_paid_again(power):
    taken, campus = power(), power.funds.campus
    refused = asked(power, taken.receipt_id)
    assert (refused.status_code, "还要不要缴" in refused.content.decode()) == (422, True)
    page = asked(power, taken.receipt_id, bill="again").url
    assert campus.client("clerk").post(f"{page}approve/").status_code == 409, "one alone"
    assert "恢复未缴" in campus.client("second_clerk").get(page).content.decode()
    assert campus.client("second_clerk").post(f"{page}approve/").status_code == 302
    assert (power.funds.balance(), with_the_school()) == (10000, 0)
    bill = ledger.Bill.objects.get()
    assert (bill.state, bill.owed_fen) == ("open", 3050)
    mine = campus.client("student").get("/card/bills/").content.decode()
    assert ("电费 15栋 302" in mine, "¥ 30.50" in mine) == (True, True), "its holder sees that it is owed"
    for _twice in range(2):
        again = power()
    assert (again.balance_fen, again.is_repeated, Deduction.objects.count()) == (6950, True, 2)
    assert (ledger.Bill.objects.get().state, with_the_school()) == ("paid", 3050)


@pytest.mark.capability("A091.2")
def test_a_deduction_that_is_refunded_is_owed_no_more(power):
    page = asked(power, power().receipt_id, bill="no_more").url
    assert power.funds.campus.client("second_clerk").post(f"{page}approve/").status_code == 302
    assert ledger.Bill.objects.get().state == "refunded"
    assert "电费" not in power.funds.campus.client("student").get("/card/bills/").content.decode()


def test_of_a_row_that_paid_no_bill_none_is_owed_again(power):
    power.funds.campus.pay("student", 300)
    assert asked(power, Receipt.objects.get(kind="payment").pk, bill="again").status_code == 302
    assert Correction.objects.get().is_owed_again is False


def test_a_deduction_is_never_changed(power):
    power()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Deduction.objects.update(detail="x")
