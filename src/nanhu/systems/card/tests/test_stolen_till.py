"""One till's key in a thief's hands: what it can take in a minute and in a day, and who sees it."""

import asyncio
import itertools
import time

import pytest

from nanhu.kernel.registry import Verdict
from nanhu.systems.card.fleet.checks import no_terminal_is_abused
from nanhu.systems.card.gateway.diary import Diary
from nanhu.systems.card.gateway.terminals import Terminal
from nanhu.systems.card.gateway.watch import TerminalWatch
from nanhu.systems.card.models import Receipt, TerminalIncident
from nanhu.systems.card.pins.policy import LimitRule
from nanhu.systems.card.tests.signed import SignedTerminal

RULE = LimitRule()
TILL = Terminal("N1001", 7, b"", 1, "", "", "")


class Paper:
    """A diary on which incidents are read at once."""

    def __init__(self) -> None:
        self.refused: list[tuple[str, int]] = []

    def refuse(self, *, terminal: str, address: str, code: str, detail: str = "", times: int = 1) -> None:
        self.refused.append((code, times))

    def saw(self, *_facts: object) -> None: ...


def watch(sold_today: int = 0, clock=lambda: 0.0) -> tuple[TerminalWatch, Paper]:
    paper = Paper()

    async def rows(_statement, _parameters):
        return [(sold_today,)]

    return TerminalWatch(rows, paper, clock), paper  # type: ignore[arg-type]


sequences = itertools.count(1)


def sell(
    guard: TerminalWatch, fen: int, *, has_pin: bool = False, outcome: str = "posted", sequence: int = 0
) -> str | None:
    sequence = sequence or next(sequences)
    fault = asyncio.run(guard.fault(TILL, sequence, fen, has_pin=has_pin))
    guard.decided(TILL, sequence, fault or outcome)
    return fault


def test_a_till_that_asks_until_it_is_told_counts_once():
    guard, paper = watch()
    for _ in range(5 * RULE.terminal_minute_payments):
        assert sell(guard, RULE.terminal_minute_fen, sequence=7) is None
    assert paper.refused == []


def test_a_till_sells_so_often_a_minute():
    moment = [0.0]
    guard, paper = watch(clock=lambda: moment[0])
    faults = [sell(guard, 1) for _ in range(RULE.terminal_minute_payments + 1)]
    assert faults == [None] * RULE.terminal_minute_payments + ["terminal_limit"]
    assert paper.refused == [("terminal_limit", 1)]
    moment[0] = 61.0
    assert sell(guard, 1) is None


def test_a_till_takes_so_much_a_minute_and_a_day_without_a_pin():
    guard, _paper = watch()
    assert sell(guard, RULE.terminal_minute_fen) is None
    assert sell(guard, 1) == "terminal_limit"
    moment = itertools.count(step=61)
    guard, _paper = watch(sold_today=RULE.terminal_day_fen - 100, clock=lambda: float(next(moment)))
    assert sell(guard, 101) == "terminal_limit"
    assert sell(guard, 100) is None
    assert sell(guard, 1) == "terminal_limit"
    assert sell(guard, 50_000, has_pin=True) is None, "its holder is there"


def test_what_was_refused_does_not_count_for_the_day():
    guard, _paper = watch(sold_today=RULE.terminal_day_fen - 100)
    for outcome in ("balance_short", "card_lost", "pin_required"):
        assert sell(guard, 100, outcome=outcome) is None
    assert sell(guard, 100) is None
    assert sell(guard, 1) == "terminal_limit"
    for _ in range(5):
        assert sell(guard, 100) == "terminal_limit"


@pytest.mark.parametrize("outcome", ["card_unknown", "code_wrong", "pin_wrong"])
def test_a_till_that_meets_only_unknown_cards_or_wrong_pins_is_stopped(outcome):
    guard, _paper = watch()
    for _ in range(RULE.terminal_minute_misses):
        assert sell(guard, 1, outcome=outcome) is None
    assert sell(guard, 1) == "terminal_limit"


def test_rows_of_unknown_cards_are_guesses_and_close_the_upload_for_as_long_as_so_many_take():
    seconds = [0.0]
    guard, _paper = watch(clock=lambda: seconds[0])
    assert asyncio.run(guard.upload_fault(TILL)) is None
    many = RULE.terminal_minute_misses
    guard.uploaded(TILL, ["card_unknown"] * many * 3, last_sequence=9)
    for minute in range(3):
        seconds[0] = minute * 60.0
        assert asyncio.run(guard.upload_fault(TILL)) == "terminal_limit"
    seconds[0] = 180.0
    assert asyncio.run(guard.upload_fault(TILL)) is None


def test_an_upload_after_too_many_guesses_is_not_taken_and_not_lost(campus, monkeypatch):
    till = SignedTerminal("N1001")
    rows = [{"sequence": 100 + n, "card": f"{n:08X}", "amount_fen": 1, "occurred_at": time.time()} for n in range(30)]

    async def stopped(*_facts):
        return "terminal_limit"

    with monkeypatch.context() as patch:
        patch.setattr(TerminalWatch, "upload_fault", stopped)
        late = till.send("upload", {"rows": rows})
    assert (late.status, late.code) == (429, "terminal_limit")
    assert not Receipt.objects.filter(terminal__number="N1001").exists()
    assert {row["code"] for row in till.send("upload", {"rows": rows}).values["rows"]} == {"card_unknown"}


def test_a_till_gives_back_so_much_a_day():
    guard, _paper = watch()
    assert asyncio.run(guard.refund_fault(TILL, RULE.terminal_day_refund_fen)) is None
    assert asyncio.run(guard.refund_fault(TILL, 1)) == "terminal_limit"


def test_a_sale_that_was_told_is_told_again_whatever_the_till_did_since(campus, monkeypatch):
    campus.top_up("student", 5000)
    till, card = SignedTerminal("N1001"), campus.card("student").uid
    first = till.pay(card, 100, sequence=7).body

    async def stopped(*_facts, **_more):
        return "terminal_limit"

    monkeypatch.setattr(TerminalWatch, "fault", stopped)
    assert till.pay(card, 100, sequence=7).body == first
    refused = till.pay(card, 100, sequence=8)
    assert refused.code == "terminal_limit"
    assert till.pay(card, 100, sequence=8).body == refused.body
    assert till.send("query", {"sequence": 8}).code == "terminal_limit"


def test_invented_rows_are_seen_on_the_fleet_page_and_by_the_doctor(campus):
    """The attack of the trial: one key, rows for every card. Nobody is charged above the limits, and the office sees it."""
    campus.top_up("student", 5000)
    assert no_terminal_is_abused().verdict == Verdict.OK
    till, card = SignedTerminal("N1001"), campus.card("student").uid
    rows = [
        {"sequence": place, "card": card, "amount_fen": 5000, "occurred_at": time.time() - place}
        for place in range(1, 40)
    ]
    assert {one["code"] for one in till.send("upload", {"rows": rows}).values["rows"]} == {"offline_payment"}

    incident = TerminalIncident.objects.get(code="offline_payment")
    assert (incident.terminal_number, incident.times) == ("N1001", 39)
    assert no_terminal_is_abused().verdict == Verdict.FAIL
    assert "疑似盗用" in campus.client("clerk").get("/card/fleet/?problem=abuse").content.decode()
    assert "N1001" in campus.client("clerk").get("/card/fleet/?problem=abuse").content.decode()


def test_the_diary_takes_incidents_of_many_at_once():
    async def write() -> dict:
        diary = Diary.__new__(Diary)
        diary.incidents = {}
        diary.refuse(terminal="N1001", address="", code="offline_card", times=12)
        diary.refuse(terminal="N1001", address="", code="offline_card", times=3)
        return diary.incidents

    assert list(asyncio.run(write()).values()) == [15]
