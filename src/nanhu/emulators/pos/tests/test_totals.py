"""The day's total a terminal tells is what it did: each sale once, taken back once, kept rows named as waiting."""

import json
import time

import pytest

from nanhu.emulators.pos import totals
from nanhu.emulators.pos.memory import DayTotal, Sale, StoredRow, TerminalMemory

NOON = 1764043200.0  # 2025-11-25 12:00 on campus
DAY = "2025-11-25"


@pytest.fixture
def memory() -> TerminalMemory:
    return TerminalMemory()


def approved(fen: int) -> dict:
    return {"outcome": "approved", "amount_fen": fen, "posted_at": NOON}


def told(memory: TerminalMemory) -> dict[str, int]:
    return {name: value for name, value in totals.total_of(memory, DAY).items() if value}


def test_a_sale_asked_again_is_counted_once(memory):
    sale = Sale(1, "AA", 500)
    for _again in range(3):
        totals.count_sale(memory, sale, approved(500))
    totals.count_sale(memory, Sale(2, "AA", 900), {"outcome": "refused"})
    totals.count_sale(memory, Sale(3, "AA", 900), None)
    assert told(memory) == {"payments": 1, "payments_fen": 500}


def test_a_reversal_is_counted_once_and_with_the_sale_nobody_heard_of(memory):
    sale = Sale(1, "AA", 500)
    totals.count_reversal(memory, sale, approved(500))
    totals.count_reversal(memory, sale, approved(500))
    assert told(memory) == {"payments": 1, "payments_fen": 500, "reversals": 1, "reversals_fen": 500}


def test_a_hold_is_no_sale_and_what_it_came_to_is(memory):
    hold = Sale(1, "AA", 2000, operation="hold")
    totals.count_sale(memory, hold, approved(2000))
    totals.count_payment(memory, approved(300))
    assert told(memory) == {"payments": 1, "payments_fen": 300}


def test_kept_rows_are_told_as_waiting_until_they_are_uploaded(memory):
    row = StoredRow(1, "AA", 700, int(NOON))
    memory.stored.append(row)
    assert told(memory) == {"stored": 1, "stored_fen": 700, "waiting": 1, "waiting_fen": 700}
    memory.stored.remove(row)
    totals.count_uploaded(memory, row)
    assert told(memory) == {"stored": 1, "stored_fen": 700}
    assert memory.totals[DAY].is_reported is False


def test_a_day_that_is_over_is_told_at_sign_on_and_again_when_it_changed(device, gateway):
    heard = []
    gateway.day_total = lambda sequence, asked: (
        heard.append(asked),
        (200, json.dumps({"outcome": "approved", "sequence": sequence, "agrees": True}).encode()),
    )[1]
    device.do("pay", card="04A1B2C3D4E5F6", amount_fen=100)
    device.do("sign-on")
    assert heard == []
    gateway.clock_ahead = 86_400
    device.do("sign-on")
    device.do("sign-on")
    today = totals.day_at(time.time())
    assert [(one["day"], one["payments"]) for one in heard] == [(today, 1)]


def test_memories_of_before_are_read_as_they_were():
    assert DayTotal().is_reported is False
    assert TerminalMemory().totals == {}
