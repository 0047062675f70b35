"""Who has left gets back all that is theirs, by two clerks, once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.errors import SamePersonError, WrongStateError
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.errors import DebtFirstError, NothingToWithdrawError, StillHereError
from nanhu.systems.card.funds.models import ClaimOrder, Withdrawal
from nanhu.systems.card.funds.services.claims import begin_claim
from nanhu.systems.card.funds.services.withdrawals import (
    PAYABLE,
    BankCard,
    approve,
    ask_for_withdrawal,
    mark_paid,
    refuse,
)
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.funds.tests.test_claims import authorised
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.rows import line_of

BANK = BankCard(bank="中国农业银行", tail="6217", token="tok-1")


@pytest.fixture
def left(funds):
    """The teacher has left with 50.00 in the wallet and 30.00 frozen until tomorrow."""
    funds.campus.top_up("teacher", 5000)
    funds.credit(part="teacher", fen=3000, source="refund", available_at=now() + timedelta(days=1))
    funds.card = funds.campus.card("teacher")
    Card.objects.filter(pk=funds.card.pk).update(state="expired")
    return funds


def ask(funds, **more):
    given = {"by": funds.campus.actor("clerk"), "card": funds.card, "to": BANK, "reason": "离职", "token": uuid4()}
    return ask_for_withdrawal(**given | more)


@pytest.mark.capability("A122.6")
def test_all_that_is_theirs_goes_to_their_bank_card_by_two_clerks(left):
    asked = ask(left)
    assert asked.amount_fen == 8000
    with pytest.raises(SamePersonError):
        approve(by=left.campus.actor("clerk"), withdrawal=asked)
    done = approve(by=left.campus.actor("second_clerk"), withdrawal=asked)
    assert (left.balance_of(left.card), done.state) == (0, "approved")
    assert line_of(Receipt.objects.get(kind="withdrawal")).merchant == "银行卡 …6217"
    bank = ledger.open_accounts([ledger.AccountOrder(code="test.bank", name="银行", kind="asset")])["test.bank"]
    for _time in range(2):
        assert mark_paid(by=SYSTEM, withdrawal=done, bank_account_id=bank, reference="F1").state == "paid"
    assert ledger.balance_of(ledger.account_ids([PAYABLE])[PAYABLE]) == 0
    with pytest.raises(WrongStateError):
        approve(by=left.campus.actor("second_clerk"), withdrawal=done)


@pytest.mark.capability("A122.6")
def test_what_a_chip_may_have_taken_goes_back_to_who_has_left_as_well(left):
    """Its card is read no more: without this the sum would stay open for ever."""
    Card.objects.filter(pk=left.card.pk).update(state="issued")
    left.credit(part="teacher", fen=700, key="two")
    authorised(begin_claim(by=SYSTEM, card=left.campus.card("teacher"), terminal=None))
    Card.objects.filter(pk=left.card.pk).update(state="expired")
    asked = ask(left)
    approve(by=left.campus.actor("second_clerk"), withdrawal=asked)
    assert (asked.amount_fen, left.balance_of(left.card)) == (8700, 0)
    assert set(ClaimOrder.objects.values_list("state", "settled_by")) == {("written", "clerk")}


def test_the_same_form_asks_once(left):
    token = uuid4()
    assert ask(left, token=token).pk == ask(left, token=token).pk


@pytest.mark.capability("A122.6")
def test_a_refused_one_moves_nothing(left):
    refuse(by=left.campus.actor("second_clerk"), withdrawal=ask(left), answer="证件不符")
    assert left.balance_of(left.card) == 5000


@pytest.mark.capability("A122.6")
def test_who_is_still_here_gets_nothing_back(left):
    with pytest.raises(StillHereError):
        ask(left, card=left.campus.card("guest"))


@pytest.mark.capability("A122.6")
def test_a_debt_is_settled_first(left):
    leg = ledger.Leg(debit_account_id=left.card.wallet.receivable_id, credit_account_id=left.source, amount_fen=1)
    ledger.post(by=SYSTEM, kind="test.owed", legs=[leg])
    with pytest.raises(DebtFirstError):
        ask(left)


def test_an_empty_wallet_has_nothing_to_withdraw(funds):
    funds.card = funds.campus.card("teacher")
    Card.objects.filter(pk=funds.card.pk).update(state="expired")
    with pytest.raises(NothingToWithdrawError):
        ask(funds)


@pytest.mark.capability("A122.6")
def test_the_database_wants_two_people_and_keeps_what_was_asked(left):
    asked = ask(left)
    with pytest.raises(DatabaseError, match="card_withdrawal_two_people"), transaction.atomic():
        Withdrawal.objects.update(state="refused", approver_id=asked.author_id, decided_at=now())
    with pytest.raises(DatabaseError, match="decided once, as it was asked"), transaction.atomic():
        Withdrawal.objects.update(amount_fen=1)
