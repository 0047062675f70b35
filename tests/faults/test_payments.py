"""Payments under attack and under the axe, through the terminal protocol over HTTP on a durable database.

Whatever happens, every acknowledged payment is there once, none twice, no wallet is negative and debit is credit.
"""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from nanhu.testing.patience import PATIENCE_SECONDS
from tests.faults.tills import START_FEN, Till, open_till

BUSY = """
[[card.limits]]
from = 2024-01-01
terminal_minute_payments = 100000
terminal_minute_fen = 100000000
"""
"""Here tills sell a thousand times in seconds, which the gateway takes for a thief's (card/tests/test_stolen_till.py)."""
A_THOUSAND = 1000
DEVICES = 8
FRESH = itertools.count(1000)


@pytest.fixture(scope="module")
def till() -> Iterator[Till]:
    with open_till(BUSY) as opened:
        yield opened


def receipts(till: Till, number: str, sequence: int) -> list:
    return till.sql(
        "SELECT r.outcome, r.amount_fen, r.detail FROM card_receipt r JOIN terminals_terminal p ON p.id = r.terminal_id "
        "WHERE p.number = %s AND r.sequence = %s",
        [number, sequence],
    )


def test_the_same_request_again_gives_the_same_answer_and_moves_nothing(till):
    terminal, card = till.terminal(0), till.card(0)
    before = till.balance(card)
    first = terminal.pay(card, 1250, sequence=100)
    again = terminal.pay(card, 1250, sequence=100)
    assert (first.status, first.values["outcome"]) == (200, "approved")
    assert again.body == first.body
    assert first.values["balance_fen"] == till.balance(card) == before - 1250
    assert first.values["receipt"]
    assert terminal.send("query", {"sequence": 100}).values["receipt"] == first.values["receipt"]


def test_the_same_sequence_for_something_else_is_refused(till):
    terminal, card = till.terminal(0), till.card(1)
    terminal.pay(card, 100, sequence=110)
    for other_card, fen in ((card, 101), (till.card(2), 100)):
        told = terminal.pay(other_card, fen, sequence=110)
        assert (told.status, told.code) == (409, "sequence_reused")
    assert terminal.send("reversal", {"sequence": 100}, sequence=110).code == "sequence_reused"
    assert till.balance(card) == START_FEN - 100
    assert till.balance(till.card(2)) == START_FEN


def test_sequences_may_come_out_of_order(till):
    terminal, card = till.terminal(1), till.card(3)
    for sequence in (30, 10, 20):
        assert terminal.pay(card, sequence, sequence=sequence).code == "ok"
    assert till.balance(card) == START_FEN - 60


def test_a_foreign_key_opens_nothing(till):
    terminal, thief, card = till.terminal(2), till.terminal(3), till.card(4)
    told = terminal.pay(card, 100, sequence=1, key=thief.key)
    assert (told.status, told.code) == (401, "signature_wrong")
    assert receipts(till, terminal.number, 1) == []
    assert till.balance(card) == START_FEN
    assert wait_for_incident(till, terminal.number, "signature_wrong")


def wait_for_incident(till: Till, number: str, code: str) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if till.sql("SELECT 1 FROM terminals_incident WHERE terminal_number = %s AND code = %s", [number, code]):
            return True
        time.sleep(0.2)
    return False


@pytest.mark.parametrize("header", ["Nanhu-Sequence", "Nanhu-Clock", "Nanhu-Signature"])
def test_a_flipped_bit_in_a_signed_header_is_noticed(till, header):
    terminal, card = till.terminal(2), till.card(4)
    body = json.dumps({"card": card, "amount_fen": 100}).encode()
    clock = int(time.time())
    headers = terminal.headers("/terminal/v1/payment", body, 7, clock=clock, key=None)
    wrong = headers[header][:-1] + chr(ord(headers[header][-1]) ^ 1)
    terminal.check_answer = lambda *_: None  # the answer belongs to the request as it arrived
    assert terminal.send("payment", body, sequence=7, clock=clock, spoil={header: wrong}).code == "signature_wrong"
    assert till.balance(card) == START_FEN


def test_one_terminal_cannot_speak_for_another(till):
    terminal, other, card = till.terminal(2), till.terminal(3), till.card(4)
    terminal.check_answer = lambda *_: None
    told = terminal.pay(card, 100, sequence=7, spoil={"Nanhu-Terminal": other.number})
    assert (told.status, told.code) == (401, "signature_wrong")
    assert till.balance(card) == START_FEN


def test_a_flipped_bit_in_the_body_is_noticed(till):
    terminal, card = till.terminal(2), till.card(4)
    body = json.dumps({"card": card, "amount_fen": 100}).encode()
    told = terminal.send("payment", body, sequence=8, sent=body.replace(b"100", b"900"))
    assert (told.status, told.code) == (401, "signature_wrong")
    assert till.balance(card) == START_FEN


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (-1, "amount_invalid"),
        (0, "amount_invalid"),
        (0.5, "amount_invalid"),
        (12.0, "amount_invalid"),
        ("100", "amount_invalid"),
        (True, "amount_invalid"),
        (None, "amount_invalid"),
        ([5], "amount_invalid"),
        (2**53 + 1, "amount_too_large"),
        (2**63, "amount_too_large"),
        (10**40, "amount_too_large"),
        (1e300, "amount_too_large"),
        (500_001, "amount_too_large"),
    ],
)
def test_an_amount_that_is_no_money_is_refused_and_kept(till, amount, code):
    terminal, card = till.terminal(4), till.card(5)
    sequence = next(FRESH)
    told = terminal.pay(card, amount, sequence=sequence)
    assert (told.status, told.values["outcome"], told.code) == (200, "refused", code)
    assert told.values["sentence"]
    assert terminal.pay(card, amount, sequence=sequence).body == told.body
    ((outcome, kept, detail),) = receipts(till, terminal.number, sequence)
    assert (outcome, kept) == (code, None)
    assert detail.startswith("amount ")
    assert till.balance(card) == START_FEN


def test_more_than_the_balance_is_refused_and_says_so(till):
    terminal, card = till.terminal(4), till.card(6)
    till.set_balance(card, 50)
    told = terminal.pay(card, 51, sequence=2)
    assert (told.code, told.values["balance_fen"]) == ("balance_short", 50)
    assert "余额不足" in told.values["sentence"]
    assert terminal.pay(card, 50, sequence=3).values["balance_fen"] == 0


def test_cards_that_must_not_pay(till):
    terminal, card = till.terminal(5), till.card(7)
    assert terminal.pay("04FFFFFFFFFFFF", 100).code == "card_unknown"
    assert terminal.pay("'; DROP TABLE card_card; --", 100).code == "card_unknown"
    assert terminal.pay("\x00'; DROP TABLE card_card; --", 100).code == "malformed"
    assert terminal.pay(card, 100).code == "ok"
    till.sql("UPDATE card_card SET state = 'lost', lost_at = now() WHERE uid = %s", [card])
    told = terminal.pay(card, 100)
    assert told.code == "card_lost"
    assert "挂失" in told.values["sentence"]
    assert till.balance(card) == START_FEN - 100


def test_a_terminal_that_was_switched_off_is_refused_at_once(till):
    terminal, card = till.terminal(6), till.card(8)
    assert terminal.pay(card, 100).code == "ok"
    till.sql("UPDATE terminals_terminal SET state = 'off' WHERE number = %s", [terminal.number])
    assert terminal.pay(card, 100).code == "terminal_off"
    assert till.balance(card) == START_FEN - 100


def test_a_new_key_counts_at_once_and_the_old_no_more(till):
    terminal, donor, card = till.terminal(7), till.terminal(8), till.card(9)
    assert terminal.pay(card, 100).code == "ok"
    till.sql(
        "UPDATE terminals_terminal SET key = (SELECT key FROM terminals_terminal WHERE number = %s), key_version = 2 WHERE number = %s",
        [donor.number, terminal.number],
    )
    terminal.check_answer = lambda *_: None  # from some moment on it is signed with a key the old device does not know
    deadline = time.monotonic() + PATIENCE_SECONDS
    while terminal.send("hello", {}).status == 200 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert terminal.pay(card, 100).code == "signature_wrong"
    renewed = till.terminal(7)
    renewed.key = donor.key
    assert renewed.pay(card, 100, sequence=900).code == "ok"


def test_a_wrong_clock_is_refused_with_the_servers_time(till):
    terminal, card = till.terminal(9), till.card(10)
    begun = time.time()
    for clock in (int(begun) - 400, int(begun) + 400):
        told = terminal.pay(card, 100, clock=clock)
        assert (told.status, told.code) == (401, "clock_wrong")
        assert begun <= told.values["server_time"] <= time.time()
    hello = terminal.send("hello", {}, clock=12345)
    assert begun <= hello.values["server_time"] <= time.time()
    assert till.balance(card) == START_FEN


@pytest.mark.parametrize(
    "body", [b"", b"garbage", b"[]", b'{"amount_fen": 1}', b'{"card": 7, "amount_fen": 1}', b"[" * 9000, b"\xff\xfe"]
)
def test_garbage_is_refused_without_harm(till, body):
    told = till.terminal(9).send("payment", body, sequence=77)
    assert (told.status, told.code) == (400, "malformed")


def test_what_is_too_large_or_unknown_is_refused(till):
    terminal = till.terminal(9)
    assert terminal.send("payment", b"x" * 300_000, sequence=5).status == 413
    assert terminal.send("nothing", {}).status == 404
    for sequence in (0, "-1", "1.5", 2**53, "９"):
        if isinstance(sequence, str) and not sequence.isascii():
            continue
        assert terminal.pay(till.card(0), 100, sequence=sequence or "0").code == "sequence_invalid"
    terminal.number = "UNKNOWN1"
    assert terminal.send("hello", {}).code == "terminal_unknown"


def test_twenty_connections_share_the_last_yuan(till):
    card = till.card(11)
    till.set_balance(card, 100)
    terminals = [till.terminal(10 + place) for place in range(20)]
    barrier = threading.Barrier(len(terminals))

    def spend(terminal):
        barrier.wait()
        return terminal.pay(card, 100, sequence=1).code

    with ThreadPoolExecutor(len(terminals)) as pool:
        codes = list(pool.map(spend, terminals))
    assert sorted(codes) == ["balance_short"] * 19 + ["ok"], codes
    assert till.balance(card) == 0


def test_the_same_payment_at_once_on_ten_connections_counts_once(till):
    terminal, card = till.terminal(31), till.card(12)
    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(lambda _n: terminal.pay(card, 500, sequence=900).body, range(10)))
    assert len(answers) == 1
    assert till.balance(card) == START_FEN - 500


def test_stored_rows_are_facts_and_count_once(till):
    terminal, rich, poor = till.terminal(32), till.card(13), till.card(14)
    till.set_balance(poor, 100)
    now = int(time.time())
    rows = [
        {"sequence": 501, "card": rich, "amount_fen": 300, "occurred_at": now - 60},
        {"sequence": 502, "card": poor, "amount_fen": 250, "occurred_at": now - 50},
        {"sequence": 503, "card": "04FFFFFFFFFFFF", "amount_fen": 250, "occurred_at": now - 40},
        {"sequence": 504, "card": rich, "amount_fen": -5, "occurred_at": now - 30},
    ]
    first = terminal.send("upload", {"rows": rows})
    assert [row["code"] for row in first.values["rows"]] == ["ok", "ok", "card_unknown", "amount_invalid"]
    assert first.values["rows"][1]["owed_fen"] == 150
    assert terminal.send("upload", {"rows": rows}).body == first.body
    assert terminal.send("upload", {"rows": list(reversed(rows))}).status == 200
    assert (till.balance(rich), till.balance(poor)) == (START_FEN - 300, 0)
    assert terminal.send("upload", {"rows": [*rows, rows[0]]}).code == "malformed"
    till.check_books()


def test_a_reversal_counts_once_and_cancels_what_has_not_arrived(till):
    terminal, card = till.terminal(33), till.card(15)
    terminal.pay(card, 700, sequence=1)
    back = terminal.send("reversal", {"sequence": 1}, sequence=2)
    assert (back.code, back.values["balance_fen"]) == ("ok", START_FEN)
    assert terminal.send("reversal", {"sequence": 1}, sequence=2).body == back.body
    assert terminal.send("reversal", {"sequence": 1}, sequence=3).code == "already_reversed"
    assert terminal.send("reversal", {"sequence": 9}, sequence=4).code == "nothing_to_reverse"
    assert terminal.pay(card, 700, sequence=9).code == "cancelled"
    assert till.terminal(34).send("reversal", {"sequence": 1}, sequence=2).code == "nothing_to_reverse"
    assert till.balance(card) == START_FEN


def pay_a_thousand(till: Till, first_terminal: int, fault) -> None:
    """Devices pay and retry until told; `fault` happens on the way. Then every answer is held against the books."""
    numbers = [till.terminal(first_terminal + place).number for place in range(DEVICES)]
    before = till.sql(
        "SELECT sum(b.balance_fen) FROM card_wallet w JOIN ledger_balance b ON b.account_id = w.account_id"
    )[0][0]
    told_so_far = []

    def work(place: int) -> dict[int, tuple[str, int, str]]:
        terminal, heard = till.terminal(first_terminal + place), {}
        for step in range(A_THOUSAND // DEVICES):
            sequence, fen = 10_000 + step, 1 + (step * 7 + place) % 90
            told = terminal.pay_until_told(till.card(20 + (step * DEVICES + place) % 100), fen, sequence)
            heard[sequence] = (told.code, fen, told.values["receipt"])
            told_so_far.append(sequence)
        return heard

    with ThreadPoolExecutor(DEVICES) as pool:
        running = [pool.submit(work, place) for place in range(DEVICES)]
        while len(told_so_far) < A_THOUSAND // 3:
            time.sleep(0.01)
        fault()
        heard = [one.result() for one in running]
    assert len(told_so_far) == A_THOUSAND
    for number, answers in zip(numbers, heard, strict=True):
        rows = till.sql(
            "SELECT r.sequence, r.amount_fen, r.id, r.outcome FROM card_receipt r JOIN terminals_terminal p ON p.id = r.terminal_id "
            "WHERE p.number = %s AND r.sequence >= 10000",
            [number],
        )
        kept = {
            sequence: ("ok" if outcome == "posted" else outcome, fen, f"{receipt:012d}")
            for sequence, fen, receipt, outcome in rows
        }
        assert len(rows) == len(kept)
        assert kept == answers
    spent = sum(fen for answers in heard for code, fen, _receipt in answers.values() if code == "ok")
    after = till.sql(
        "SELECT sum(b.balance_fen) FROM card_wallet w JOIN ledger_balance b ON b.account_id = w.account_id"
    )[0][0]
    assert before - after == spent
    till.check_books()


def test_kill_9_of_the_gateway_amid_a_thousand_payments(till):
    def fault():
        till.kill_gateway()
        till.start_gateway()

    pay_a_thousand(till, 16, fault)


def test_kill_9_of_the_database_amid_a_thousand_payments(till):
    def fault():
        till.kill_database()
        till.start_database()

    pay_a_thousand(till, 24, fault)
