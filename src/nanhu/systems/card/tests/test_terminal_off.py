"""A terminal that was switched off does nothing more at either door, and nobody pays for what it had begun."""

import pytest
from django.db import connection

from nanhu.kernel.clock import campus_today
from nanhu.platforms.terminals.api import OPERATIONS, NextKey, Terminal
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.models import Hold, Price, Receipt
from nanhu.systems.card.tests.signed import SignedTerminal

START_FEN = 5000


@pytest.fixture
def shower(campus):
    campus.top_up("student", START_FEN)
    Price.objects.create(
        terminal=campus.terminal,
        since=campus_today(),
        kind="per_minute",
        price_fen=30,
        per=1,
        unit="分钟",
        most_fen=600,
        minutes=30,
        when_silent="full",
    )
    return SignedTerminal("N1001")


def switch_off() -> None:
    Terminal.objects.filter(number="N1001").update(state="off")


def balance(campus) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT balance_fen FROM ledger_balance WHERE account_id = %s", [campus.card("student").wallet_id]
        )
        return cursor.fetchone()[0]


def hold(campus, shower) -> None:
    assert shower.send("hold", {"card": campus.card("student").uid, "amount_fen": 600}, sequence=50).code == "ok"


def test_it_settles_and_meters_no_hold(campus, shower):
    hold(campus, shower)
    shower.send("meter", {"sequence": 50, "amount_fen": 90})
    switch_off()

    assert shower.send("meter", {"sequence": 50, "amount_fen": 600}).code == "terminal_off"
    assert shower.send("release", {"sequence": 50, "amount_fen": 600}, sequence=51).code == "terminal_off"
    assert (Hold.objects.get().settled_at, Hold.objects.get().metered_fen) == (None, 90)
    assert balance(campus) == START_FEN - 600


def test_what_it_held_ends_at_what_it_last_metered(campus, shower):
    """Not in full, whatever its price rule says of silence: it was the office that silenced it."""
    hold(campus, shower)
    shower.send("meter", {"sequence": 50, "amount_fen": 90})
    switch_off()
    with connection.cursor() as cursor:
        cursor.execute("SELECT card_end_holds(10)")
    assert balance(campus) == START_FEN - 90
    assert shower.send("release", {"sequence": 50, "amount_fen": 600}, sequence=51).code == "terminal_off"


def test_each_operation_of_the_gateway_is_refused_and_moves_nothing(campus, shower):
    card = campus.card("student").uid
    sold = shower.pay(card, 100, sequence=40)
    switch_off()
    NextKey.objects.create(
        terminal=campus.terminal, key="ab" * 32, version=2, opens_at="2020-01-01T00:00Z", ends_at="2099-01-01T00:00Z"
    )
    asked = {
        "hello": {},
        "query": {"sequence": 40},
        "revocations": {"since": 0},
        "meter": {"sequence": 40, "amount_fen": 1},
        "payment": {"card": card, "amount_fen": 1},
        "hold": {"card": card, "amount_fen": 1},
        "release": {"sequence": 40, "amount_fen": 1},
        "reversal": {"sequence": 40},
        "refund": {"receipt": sold.values["receipt"], "amount_fen": 1},
    }
    for place, (operation, body) in enumerate(asked.items(), start=60):
        told = shower.send(operation, body, sequence=place)
        assert (told.status, told.code) == (200, "terminal_off"), operation
        assert not {"new_key", "balance_fen"} & told.values.keys(), operation
    assert balance(campus) == START_FEN - 100
    assert Receipt.objects.filter(terminal=campus.terminal, outcome="posted").count() == 1


def test_a_sale_before_it_is_told_again_byte_for_byte(campus, shower):
    card = campus.card("student").uid
    before = shower.pay(card, 100, sequence=40).body
    switch_off()
    assert shower.pay(card, 100, sequence=40).body == before


def test_each_operation_of_the_services_door_is_refused(campus):
    switch_off()
    device = Device("N1001")
    for name in OPERATIONS:
        assert device.ask(name, {}, sequence=0 if OPERATIONS[name].reads else None)["code"] == "terminal_off", name
