"""Each promise of the database is tried by raw SQL."""

import json
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from nanhu.kernel.actors import Actor
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.issue import issue_cards
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants

BY = Actor.system("test")


class Till:
    """A guest with a card, a window with a terminal, a drawer money comes from."""

    def __init__(self) -> None:
        tie = people.AffiliationRecord(
            kind="student", campus_no="15231100002", starts_on=date(2023, 9, 1), category_name="留学生", state="active"
        )
        record = people.PersonRecord(key="guest", name="Amina Diallo", affiliations=(tie,))
        origin = people.Origin(source="test", title="测试")
        self.person_id = people.apply_records(by=BY, records=[record], origin=origin).person_ids["guest"]
        issue_cards(by=BY, person_ids=[self.person_id])
        set_up_merchants(
            by=BY,
            merchants=[MerchantOrder(key="n1", name="自选快餐", canteen="南院一食堂")],
            terminals=[TerminalOrder(number="N1001", merchant_key="n1")],
        )
        self.drawer = ledger.open_accounts([ledger.AccountOrder(code="drawer", name="柜台", kind="asset")])["drawer"]
        self.terminal = Terminal.objects.get(number="N1001")

    def card(self, _part: str = "guest") -> Card:
        return Card.objects.select_related("wallet").get(person_id=self.person_id)

    def top_up(self, _part: str, fen: int) -> None:
        leg = ledger.Leg(debit_account_id=self.drawer, credit_account_id=self.card().wallet_id, amount_fen=fen)
        ledger.post(by=BY, kind="test.top_up", legs=[leg])


@pytest.fixture
def campus(db) -> Till:
    till = Till()
    run("SET CONSTRAINTS ALL IMMEDIATE")
    return till


def run(statement: str, parameters=()) -> list:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def refused(statement: str, message: str) -> None:
    with pytest.raises(DatabaseError, match=message), transaction.atomic():
        run(statement)


def pay(campus, part: str, amount, sequence: int, fingerprint: str = "aa", **more):
    element = {
        "n": 0,
        "t": campus.terminal.pk,
        "s": sequence,
        "f": fingerprint,
        "u": campus.card(part).uid,
        "a": amount,
        "o": 1764027000,
    }
    ((_n, outcome, receipt, _amount, balance, _posted),) = run(
        "SELECT n, outcome, receipt_id, amount_fen, balance_fen, posted FROM card_pay(%s::json)",
        [json.dumps([element | more])],
    )
    return outcome, receipt, balance


def store(campus, *rows):
    elements = [
        {"n": n, "s": sequence, "f": "bb", "u": campus.card(part).uid, "a": amount, "o": 1764027000 + n}
        for n, (part, amount, sequence) in enumerate(rows)
    ]
    return [
        row[1:]
        for row in sorted(run("SELECT * FROM card_store(%s, %s::json)", [campus.terminal.pk, json.dumps(elements)]))
    ]


def test_a_payment_moves_money_once(campus):
    campus.top_up("guest", 5000)
    first = pay(campus, "guest", 1250, 7)
    assert first[0] == "posted"
    assert first[2] == 3750
    assert pay(campus, "guest", 1250, 7) == first
    assert pay(campus, "guest", 999, 7, fingerprint="cc")[0] == "sequence_reused"
    assert ledger.balance_of(campus.card("guest").wallet_id) == 3750
    assert ledger.balance_of(campus.terminal.till.merchant.account_id) == 1250
    assert ledger.check_ledger() == []
    assert receipt_differences() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE card_card SET state = 'lost', lost_at = now()", "card_lost"),
        ("UPDATE card_card SET state = 'frozen'", "card_frozen"),
        ("UPDATE card_card SET state = 'closed'", "card_closed"),
        ("UPDATE card_card SET valid_until = '2024-01-01'", "card_expired"),
        ("UPDATE terminals_terminal SET state = 'off'", "terminal_off"),
    ],
)
def test_it_refuses_and_remembers_why(campus, change, code):
    campus.top_up("guest", 5000)
    uid = campus.card("guest").uid
    run(change)
    element = [{"n": 0, "t": campus.terminal.pk, "s": 1, "f": "aa", "u": uid, "a": 100, "o": 1764027000}]
    for _time in range(2):
        ((_n, outcome, receipt, *_),) = run(
            "SELECT n, outcome, receipt_id, amount_fen, balance_fen, posted FROM card_pay(%s::json)",
            [json.dumps(element)],
        )
        assert outcome == code
        assert receipt
    assert run("SELECT count(*) FROM card_receipt WHERE outcome = %s", [code]) == [(1,)]
    assert run("SELECT sum(balance_fen) FROM ledger_balance") == [(5000,)]


def test_it_refuses_more_than_the_balance_and_unknown_cards(campus):
    campus.top_up("guest", 100)
    assert pay(campus, "guest", 101, 1)[0] == "balance_short"
    assert pay(campus, "guest", 100, 2, u="04FFFFFFFFFFFF")[0] == "card_unknown"
    assert pay(campus, "guest", None, 3, x="amount_invalid", d="amount -5")[0] == "amount_invalid"
    assert pay(campus, "guest", 100, 4)[0] == "posted"
    assert pay(campus, "guest", 1, 5)[0] == "balance_short"


def test_of_two_payments_of_one_wallet_in_a_batch_one_waits(campus):
    campus.top_up("guest", 150)
    uid = campus.card("guest").uid
    batch = [
        {"n": n, "t": campus.terminal.pk, "s": 10 + n, "f": "aa", "u": uid, "a": 100, "o": 1764027000} for n in range(2)
    ]
    outcomes = [
        row[1]
        for row in sorted(
            run(
                "SELECT n, outcome, receipt_id, amount_fen, balance_fen, posted FROM card_pay(%s::json)",
                [json.dumps(batch)],
            )
        )
    ]
    assert outcomes == ["posted", "again"]


def test_a_stored_row_is_a_fact_and_the_rest_is_owed(campus):
    campus.top_up("guest", 1000)
    answers = store(campus, ("guest", 700, 1), ("guest", 700, 2), ("guest", 50, 3))
    assert [(outcome, owed, balance) for outcome, _id, _amount, owed, balance in answers] == [
        ("posted", 0, 300),
        ("posted", 400, 0),
        ("posted", 50, 0),
    ]
    wallet = campus.card("guest").wallet
    assert ledger.balances_of([wallet.account_id, wallet.receivable_id]) == {
        wallet.account_id: 0,
        wallet.receivable_id: 450,
    }
    assert store(campus, ("guest", 700, 1), ("guest", 700, 2), ("guest", 50, 3)) == answers
    assert ledger.check_ledger() == []
    assert receipt_differences() == []


def reverse(campus, own: int, sale: int):
    ((outcome, _receipt, amount, balance, _posted),) = run(
        "SELECT * FROM card_reverse(%s, %s, %s, %s)", [campus.terminal.pk, own, sale.to_bytes(8), sale]
    )
    return outcome, amount, balance


def test_a_reversal_gives_back_once(campus):
    campus.top_up("guest", 1000)
    pay(campus, "guest", 300, 1)
    assert reverse(campus, 2, 1) == ("posted", 300, 1000)
    assert reverse(campus, 2, 1) == ("posted", 300, 1000)
    assert reverse(campus, 3, 1)[0] == "already_reversed"
    assert ledger.balance_of(campus.terminal.till.merchant.account_id) == 0
    assert receipt_differences() == []


def test_a_reversal_of_what_was_owed_takes_the_debt_back_first(campus):
    campus.top_up("guest", 100)
    store(campus, ("guest", 250, 1))
    assert reverse(campus, 2, 1) == ("posted", 250, 100)
    wallet = campus.card("guest").wallet
    assert ledger.balances_of([wallet.receivable_id]) == {wallet.receivable_id: 0}
    assert ledger.check_ledger() == []


def test_a_sale_that_was_cancelled_before_it_arrived_is_refused(campus):
    campus.top_up("guest", 1000)
    assert reverse(campus, 6, 5)[0] == "nothing_to_reverse"
    assert pay(campus, "guest", 300, 5)[0] == "cancelled"
    assert ledger.balance_of(campus.card("guest").wallet_id) == 1000


def test_receipts_cards_and_terminals_stay(campus):
    campus.top_up("guest", 1000)
    pay(campus, "guest", 300, 1)
    refused("UPDATE card_receipt SET amount_fen = 1", "never changed")
    refused("DELETE FROM card_receipt", "never changed")
    refused("TRUNCATE card_receipt CASCADE", "never removed")
    refused("DELETE FROM terminals_terminal", "switched off")
    refused("DELETE FROM card_card", "closed, not removed")
    refused("UPDATE card_wallet SET person_id = person_id + 1", "stays with its owner")
    refused(
        "INSERT INTO card_receipt (kind, outcome, occurred_at) VALUES ('payment', 'posted', now())", "posted_is_whole"
    )
    refused(
        "INSERT INTO card_receipt (kind, outcome, terminal_id, sequence, fingerprint, occurred_at) "
        "SELECT kind, 'card_unknown', terminal_id, sequence, '', now() FROM card_receipt WHERE sequence = 1",
        "card_receipt_terminal_sequence",
    )


def test_a_person_has_one_living_card(campus):
    card = campus.card("guest")
    card.pk, card.number, card.uid = None, "9999999999", "04AAAAAAAAAAAA"
    with pytest.raises(DatabaseError), transaction.atomic():
        card.save(force_insert=True)


def test_a_class_without_the_right_to_pay_is_refused(campus):
    campus.top_up("guest", 5000)
    run(
        """INSERT INTO card_right_rule (public_id, card_class, sub_class, "right", is_allowed, starts_on, reason, created_at, created_by_name,
                                       withdrawn_by_name)
        VALUES (gen_random_uuid(), 'student', '留学生', 'consume', false, '2020-01-01', 'test', now(), 'test', '')"""
    )
    assert pay(campus, "guest", 100, 1)[0] == "no_right"
