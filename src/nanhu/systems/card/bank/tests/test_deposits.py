"""Cash taken to the bank and UnionPay's settlement: told by one clerk, booked by another, and the three books agree about them."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from nanhu.kernel.clock import campus_today
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.accounts import clearing_account
from nanhu.platforms.payments.models import Channel, Deposit
from nanhu.platforms.payments.services.day_custody import custody_on
from nanhu.systems.card.bank.tests.test_payout_desk import bank_day, books_are_sound, finance
from nanhu.systems.card.sample import held_at_bank
from nanhu.systems.card.services.shifts import safe
from nanhu.systems.card.tests.conftest import SYSTEM, queries_of

__all__ = ["finance"]
PAGE = "/payments/deposits/"


@pytest.fixture
def rich(campus):
    """¥ 100 in the safe, ¥ 50 owed by UnionPay."""
    union = Channel.objects.get(kind="acquirer")
    wallets = ledger.open_accounts([ledger.AccountOrder(code="test.owed", name="持卡人", kind="liability")])
    for account, fen in ((safe(), 10_000), (clearing_account(union), 5000)):
        leg = ledger.Leg(debit_account_id=account, credit_account_id=wallets["test.owed"], amount_fen=fen)
        ledger.post(by=SYSTEM, kind="test", legs=[leg])
    clearing_account(Channel.objects.get(kind="bank"))
    return campus


def ask(client, reference, *, source="cash", amount="80", fee="", token=None, day=None):
    facts = {"source": source, "amount": amount, "fee": fee, "reference": reference}
    facts["day"] = (day or campus_today()).isoformat()
    return client.post(PAGE + "new/", facts | {"token": str(token or uuid4())})


def decide(client, name, **facts):
    return client.post(f"{PAGE}{Deposit.objects.latest('pk').public_id}/{name}/", facts)


def held(campus):
    accounts = [safe(), clearing_account(Channel.objects.get(kind="acquirer"))]
    return [ledger.balance_of(one) for one in accounts] + [custody_on(campus_today())["bank_book_fen"]]


def test_a_sample_bank_opens_with_what_our_books_say_it_holds(rich, finance):
    ask(finance[0], "R1")
    decide(finance[1], "approve")
    assert held_at_bank() == 8000


def test_cash_and_a_settlement_arrive_and_the_three_books_agree(rich, bank, finance):
    first, second = finance
    cash, union = bank.do("bring", kind="cash_in", fen=8000), bank.do("bring", kind="settlement_in", fen=4970)
    assert {kind for _order, kind, _named in bank_day()} >= {"only_theirs"}
    assert ask(first, cash["reference"]).status_code == 302
    assert "待复核" in second.get(PAGE).content.decode()
    assert decide(first, "approve").status_code == 409
    assert held(rich) == [10_000, 5000, 0]
    assert decide(second, "approve").status_code == 302
    assert ask(second, union["reference"], source="unionpay", amount="49.70", fee="0.30").status_code == 302
    assert decide(first, "approve").status_code == 302
    assert held(rich) == [2000, 0, 8000 + 4970]
    assert bank_day() == []
    assert ledger.balance_of(ledger.account_ids(["payments.bank_fee"])["payments.bank_fee"]) == 30
    assert books_are_sound()


def test_a_number_stands_once_and_the_same_form_is_one_deposit(rich, finance):
    first, second = finance
    token = uuid4()
    assert [ask(first, "R1", token=token).status_code for _twice in range(2)] == [302, 302]
    assert ask(first, "R1").status_code == 409
    assert decide(second, "approve").status_code == 302
    assert decide(second, "approve").status_code == 409
    assert held(rich)[0] == 2000
    assert Deposit.objects.count() == 1


def test_no_more_leaves_the_safe_than_lies_in_it(rich, finance):
    """The first person is told already; whoever books it looks once more, for another may have been booked meanwhile."""
    first, second = finance
    page = ask(first, "R1", amount="100.01")
    assert (page.status_code, held(rich)) == (409, [10_000, 5000, 0])
    assert "¥ 100.00" in page.content.decode()
    assert ask(first, "R2", source="unionpay", amount="50", fee="0.01").status_code == 409
    assert not Deposit.objects.exists()
    for reference in ("R3", "R4"):
        assert ask(first, reference, amount="60").status_code == 302
    assert decide(second, "approve").status_code == 302
    waiting = f"{PAGE}{Deposit.objects.get(state='asked').public_id}/approve/"
    page = second.post(waiting)
    assert (page.status_code, held(rich)) == (409, [4000, 5000, 6000])
    assert "¥ 40.00" in page.content.decode()


def test_a_wrong_one_is_refused_with_a_reason_and_its_number_is_free_again(rich, finance):
    first, second = finance
    ask(first, "R1", amount="90")
    assert decide(second, "refuse", answer=" ").status_code == 422
    assert decide(second, "refuse", answer="回单是 80 元").status_code == 302
    assert "回单是 80 元" in first.get(PAGE).content.decode()
    assert ask(first, "R1").status_code == 302
    assert held(rich)[0] == 10_000


@pytest.mark.parametrize(
    "facts",
    [{"amount": "0"}, {"amount": "-1"}, {"amount": "x"}, {"fee": "1"}, {"day": date(2999, 1, 1)}],
)
def test_what_is_no_deposit_is_not_kept(rich, finance, facts):
    assert ask(finance[0], "R1", **facts).status_code == 422
    assert not Deposit.objects.exists()


def test_one_that_the_bank_does_not_know_is_named_in_the_day(rich, bank, finance):
    first, second = finance
    ask(first, "R1")
    decide(second, "approve")
    assert {kind for _order, kind, _named in bank_day()} >= {"only_ours"}


def test_the_database_keeps_two_people_and_what_was_booked(rich, finance):
    first, second = finance
    ask(first, "R1")
    decide(second, "approve")
    for statement in (
        "UPDATE payments_deposit SET amount_fen = 1",
        "DELETE FROM payments_deposit",
        "UPDATE payments_deposit SET state = 'asked'",
        "UPDATE payments_deposit SET approver_id = author_id",
    ):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_strangers_find_no_such_page_and_it_asks_little(rich, finance):
    ask(finance[0], "R1")
    for part in ("student", "teacher"):
        assert rich.client(part).get(PAGE).status_code == 404
        assert decide(rich.client(part), "approve").status_code == 404
    assert queries_of(finance[1], PAGE) <= 20
