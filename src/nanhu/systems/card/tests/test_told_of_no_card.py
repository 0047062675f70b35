"""A stolen key and guessed chip numbers: a request that is wrong in itself says the same of every number, and is a guess all the same."""

import itertools
import time

import pytest
from django.db import connection

from nanhu.platforms.terminals.api import Incident
from nanhu.systems.card.services.loss import report_lost
from nanhu.systems.card.tests.conftest import SYSTEM
from nanhu.systems.card.tests.signed import SignedTerminal
from nanhu.systems.card.tests.test_prices_at_the_gateway import set_price
from nanhu.systems.card.tests.test_stolen_till import TIGHT, tight

__all__ = ["tight"]
NOBODYS = "0400000000AAAA"
WRONG_ROWS = [
    {"amount_fen": 0},
    {"amount_fen": -1},
    {"amount_fen": "100"},
    {"amount_fen": None},
    {"amount_fen": 500_001},
    {"amount_fen": 10**60},
    {"chip": {"counter": "x"}},
]
WRONG_REQUESTS = {
    "no amount": ("payment", {"amount_fen": 0}),
    "too much": ("payment", {"amount_fen": 500_001}),
    "another price": ("payment", {"amount_fen": 1}),
    "no PIN block": ("payment", {"pin": "00"}),
    "no hold here": ("hold", {}),
}
sequences = itertools.count(500)


@pytest.fixture
def till(campus) -> SignedTerminal:
    campus.top_up("student", 5000)
    campus.top_up("guest", 5000)
    report_lost(by=SYSTEM, card=campus.card("guest"), reason="x")
    return SignedTerminal("N1001")


@pytest.fixture
def cards(campus) -> list[str]:
    return [campus.card("student").uid, campus.card("guest").uid, NOBODYS]


def rows(cards: list[str], **more) -> dict:
    return {
        "rows": [
            {"sequence": next(sequences), "card": uid, "amount_fen": 100, "occurred_at": time.time() - 60} | more
            for uid in cards
        ]
    }


def told_of(answer: dict) -> dict:
    return {name: value for name, value in answer.items() if name not in {"sequence", "receipt", "posted_at"}}


def test_a_wrong_row_says_the_same_of_a_living_a_lost_and_nobodys_card(till, cards):
    for wrong in WRONG_ROWS:
        living, lost, nobodys = map(told_of, till.send("upload", rows(cards, **wrong)).values["rows"])
        assert living == lost == nobodys, wrong
        assert living["outcome"] == "refused"
        assert "balance_fen" not in living


def forgive() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE card_terminal_activity SET misses = 0, minute_payments = 0, minute_fen = 0, refused = 0")


def test_a_wrong_row_of_nobodys_card_is_a_guess_and_the_office_sees_it(till, tight):
    for turn, wrong in enumerate(WRONG_ROWS, start=1):
        till.send("upload", rows([NOBODYS] * TIGHT.terminal_minute_misses, **wrong))
        late = till.send("upload", rows([NOBODYS], **wrong))
        assert (late.status, late.code) == (429, "terminal_limit"), wrong
        assert Incident.objects.filter(terminal_number="N1001", code="terminal_limit").count() == turn
        forgive()


def ask(till: SignedTerminal, card: str, wrong: str) -> dict:
    operation, members = WRONG_REQUESTS[wrong]
    body = {"card": card, "amount_fen": 400} | members
    return told_of(till.send(operation, body, sequence=next(sequences)).values)


def test_a_wrong_request_says_the_same_of_a_living_a_lost_and_nobodys_card(campus, till, cards):
    set_price(campus, "N1001", {"kind": "fixed", "price": "4"})
    for wrong in WRONG_REQUESTS:
        living, lost, nobodys = (ask(till, card, wrong) for card in cards)
        assert living == lost == nobodys, wrong
        assert living["outcome"] == "refused"
        assert "balance_fen" not in living


def test_a_wrong_request_for_nobodys_card_is_a_guess_and_the_office_sees_it(campus, till, tight):
    set_price(campus, "N1001", {"kind": "fixed", "price": "4"})
    for turn, wrong in enumerate(WRONG_REQUESTS, start=1):
        for _ in range(TIGHT.terminal_minute_misses):
            assert ask(till, NOBODYS, wrong)["code"] != "terminal_limit", wrong
        assert ask(till, NOBODYS, wrong)["code"] == "terminal_limit", wrong
        assert Incident.objects.filter(terminal_number="N1001", code="terminal_limit").count() == turn
        forgive()


def test_a_balance_is_told_with_a_sale_and_where_it_is_short_alone(campus, till, cards):
    """Not of a card that cannot pay, nor with a stored row that charged nobody."""
    living, lost, _nobodys = cards
    assert till.pay(living, 100).values["balance_fen"] == 4900
    assert till.pay(living, 4901).values["balance_fen"] == 4900
    refused = till.pay(lost, 100).values
    assert (refused["code"], "balance_fen" in refused) == ("card_lost", False)
    [posted] = till.send("upload", rows([living])).values["rows"]
    assert (posted["code"], posted["balance_fen"]) == ("ok", 4800)
    [beyond] = till.send("upload", rows([living], amount_fen=3001)).values["rows"]
    assert (beyond["code"], "balance_fen" in beyond) == ("offline_payment", False)
    asked = till.send("query", {"sequence": beyond["sequence"]}).values
    assert (asked["code"], "balance_fen" in asked) == ("offline_payment", False)
