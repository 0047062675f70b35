"""One request must not use up a terminal's sequences, and the office can set right what did."""

import time

import pytest

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.terminals.api import Terminal
from nanhu.platforms.terminals.wire import LARGEST_FIRST_SEQUENCE, LARGEST_SEQUENCE, LARGEST_SEQUENCE_STEP
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.tests.signed import SignedTerminal


@pytest.fixture
def till(campus):
    campus.top_up("student", 5000)
    return SignedTerminal("N1001")


def last_told(till: SignedTerminal) -> int:
    return till.send("hello").values["last_sequence"]


@pytest.mark.parametrize(
    ("operation", "values"),
    [
        ("hello", {}),
        ("query", {"sequence": 1}),
        ("revocations", {"since": 0}),
        ("meter", {"sequence": 1, "amount_fen": 1}),
    ],
)
def test_a_header_of_a_request_that_uses_no_sequence_moves_nothing(campus, till, operation, values):
    told = till.send(operation, values, sequence=LARGEST_SEQUENCE)
    assert (told.status, told.values.get("code")) != (400, "malformed"), "it must be one that is answered"
    assert last_told(till) == 0


def test_of_an_upload_its_rows_sequences_count_and_not_its_headers(campus, till):
    row = {"sequence": 3, "card": campus.card("student").uid, "amount_fen": 100, "occurred_at": int(time.time()) - 5}
    assert till.send("upload", {"rows": [row]}, sequence=LARGEST_SEQUENCE).status == 200
    assert last_told(till) == 3


def test_a_request_that_was_refused_at_the_door_moves_nothing(campus, till):
    card = campus.card("student").uid
    till.pay(card, 100, sequence=500, clock=1)
    till.send("payment", b"[]", sequence=500)
    assert last_told(till) == 0


def test_a_terminal_goes_on_in_bounded_steps(campus, till):
    card = campus.card("student").uid
    assert till.pay(card, 100, sequence=LARGEST_FIRST_SEQUENCE + 1).code == "sequence_invalid"
    assert till.pay(card, 100, sequence=7).code == "ok"
    assert till.pay(card, 100, sequence=8 + LARGEST_SEQUENCE_STEP).code == "sequence_invalid"
    assert till.pay(card, 100, sequence=7 + LARGEST_SEQUENCE_STEP).code == "ok"
    far = {"sequence": LARGEST_SEQUENCE, "card": card, "amount_fen": 100, "occurred_at": 1764039000}
    assert till.send("upload", {"rows": [far]}).code == "sequence_invalid"
    assert last_told(till) == 7 + LARGEST_SEQUENCE_STEP
    assert Receipt.objects.filter(terminal=campus.terminal).count() == 2


def test_the_services_door_keeps_the_same_bound(campus, till):
    assert Device("N1001").ask("card/balance", {"card": campus.card("student").uid}, sequence=0)["balance_fen"] == 5000
    told = Device("N1001").ask("day/total", {"day": "2026-11-24"}, sequence=LARGEST_SEQUENCE)
    assert told["code"] == "sequence_invalid"


def test_the_office_sets_the_last_sequence_right_with_a_reason(campus, till):
    card = campus.card("student").uid
    till.pay(card, 100, sequence=7)
    till.pay(card, 100, sequence=900_000)
    clerk = campus.client("clerk")
    page = "/card/fleet/terminals/N1001/"

    clerk.post(page + "sequence/", {"last_sequence": "7", "reason": ""})
    assert last_told(till) == 900_000
    clerk.post(page + "sequence/", {"last_sequence": "7", "reason": "主板更换"})

    assert last_told(till) == 7
    assert till.pay(card, 100, sequence=8).code == "ok"
    assert last_told(till) == 8
    assert till.pay(card, 100, sequence=900_000).code == "ok", "the same request again is told what it did"
    Device("N1001").ask("day/total", {"day": "2026-11-24"}, sequence=900_001)
    assert last_told(till) == 8, "what was recorded above stays above"
    entry = AuditEntry.objects.get(action="card.terminal_sequence")
    assert entry.reason == "主板更换"
    assert Terminal.objects.get(number="N1001").sequence_ceiling == 899_999
    assert "更正流水号" in clerk.get(page).content.decode()


def test_what_was_taken_away_has_no_sequence_to_set_right(campus):
    campus.terminal.state, campus.terminal.retired_at = Terminal.State.RETIRED, now()
    campus.terminal.save()
    address = "/card/fleet/terminals/N1001/sequence/"
    assert campus.client("clerk").post(address, {"last_sequence": "7", "reason": "主板更换"}).status_code == 409
    assert Terminal.objects.get(number="N1001").last_sequence == 0
    assert not AuditEntry.objects.filter(action="card.terminal_sequence").exists()
