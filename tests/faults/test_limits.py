"""Limits, PINs, holds and refunds under attack, through the terminal protocol over HTTP on a durable database."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from nanhu.testing.patience import PATIENCE_SECONDS
from tests.faults.tills import START_FEN, Till, open_till

MEAL_FEN, DAILY_FEN = 1000, 2500
SCHOOL = f"""
[[card.limits]]
from = 2024-01-01
meal_fen = {MEAL_FEN}
daily_fen = {DAILY_FEN}
meal_max_fen = 20000
daily_max_fen = 50000

[[card.meals]]
from = 2024-01-01
canteen = "南院一食堂"
periods = {{ lunch = "00:00-24:00" }}
"""


@pytest.fixture(scope="module")
def till() -> Iterator[Till]:
    with open_till(SCHOOL) as opened:
        yield opened
        assert opened.sql("SELECT * FROM card_spent_check('2020-01-01')") == []
        opened.check_books()


def spent(till: Till, card: str) -> int:
    statement = "SELECT coalesce(sum(s.fen), 0) FROM card_spent s JOIN card_card c USING (wallet_id) WHERE c.uid = %s"
    return int(till.sql(statement, [card])[0][0])


def wrong_for(pin: str) -> str:
    return f"{(int(pin) + 1) % 1_000_000:06d}"


@pytest.mark.capability("A124.2", "A124.3", "A124.1")
def test_the_first_fen_above_a_limit_asks_for_the_pin_and_the_right_one_goes_on(till):
    terminal, card, pin = till.terminal(0), till.card(0), till.pin(0)
    assert terminal.pay(card, MEAL_FEN).code == "ok"
    over = terminal.pay(card, 1)
    assert (over.code, over.values["limit"], over.values["limit_fen"]) == ("pin_required", "meal", MEAL_FEN)
    assert till.balance(card) == START_FEN - MEAL_FEN
    assert terminal.pay(card, 1, pin=pin).code == "ok"
    assert till.terminal(1).pay(card, 1).code == "pin_required"
    assert spent(till, card) == MEAL_FEN + 1
    stored = {"sequence": 400, "card": card, "amount_fen": 30, "occurred_at": int(time.time()) - 5}
    upload = terminal.send("upload", {"rows": [stored | {"pin": terminal.block(pin, 400)}, stored | {"sequence": 401}]})
    assert [row["code"] for row in upload.values["rows"]] == ["ok", "ok"]
    breaches = till.sql("SELECT r.sequence, b.pin FROM card_limit_breach b JOIN card_receipt r ON r.id = b.receipt_id")
    assert breaches == [(401, "none")]


@pytest.mark.capability("A124.1")
def test_the_daily_limit_counts_what_was_eaten_at_every_meal(till):
    terminal, card = till.terminal(35), till.card(1)
    till.sql(
        "INSERT INTO card_limit (wallet_id, meal_fen, daily_fen, changed_at) SELECT wallet_id, 5000, NULL, now() FROM card_card WHERE uid = %s",
        [card],
    )
    assert terminal.pay(card, DAILY_FEN).code == "ok"
    over = terminal.pay(card, 1)
    assert (over.code, over.values["limit"]) == ("pin_required", "daily")


@pytest.mark.capability("A124.1")
def test_what_was_taken_back_counts_no_more(till):
    terminal, card = till.terminal(2), till.card(2)
    sold = terminal.pay(card, MEAL_FEN, sequence=10)
    assert terminal.pay(card, 1).code == "pin_required"
    assert terminal.send("reversal", {"sequence": 10}, sequence=50).code == "ok"
    assert spent(till, card) == 0
    sold = terminal.pay(card, MEAL_FEN, sequence=51)
    assert terminal.send("refund", {"receipt": sold.values["receipt"], "amount_fen": 400}, sequence=52).code == "ok"
    assert terminal.pay(card, 400, sequence=53).code == "ok"
    assert terminal.pay(card, 1, sequence=54).code == "pin_required"


def test_another_days_late_rows_leave_today_alone(till):
    terminal, card = till.terminal(3), till.card(3)
    row = {"sequence": 1, "card": card, "amount_fen": MEAL_FEN, "occurred_at": int(time.time()) - 3 * 86_400}
    assert terminal.send("upload", {"rows": [row]}).values["rows"][0]["code"] == "ok"
    assert terminal.pay(card, MEAL_FEN, sequence=2).code == "ok"


@pytest.mark.capability("A124.2")
def test_a_wrong_pin_is_counted_once_and_locks_on_the_fifth_on_whatever_terminal(till):
    card, pin = till.card(4), till.pin(4)
    first = till.terminal(4)
    told = first.pay(card, 100, sequence=1, pin=wrong_for(pin))
    assert (told.code, told.values["tries_left"]) == ("pin_wrong", 4)
    assert first.pay(card, 100, sequence=1, pin=wrong_for(pin)).body == told.body
    codes = [till.terminal(5 + n).pay(card, 100, sequence=1, pin=wrong_for(pin)).code for n in range(4)]
    assert codes == ["pin_wrong", "pin_wrong", "pin_wrong", "pin_locked"]
    assert first.pay(card, 100, sequence=2, pin=pin).code == "pin_locked"
    assert till.balance(card) == START_FEN
    assert first.pay(card, 100, sequence=3).code == "ok"
    till.sql(
        "UPDATE card_pin SET locked_until = now() - interval '1 second' FROM card_card c WHERE c.wallet_id = card_pin.wallet_id AND c.uid = %s",
        [card],
    )
    assert first.pay(card, 100, sequence=4, pin=pin).code == "ok"


def test_guessing_at_once_from_twenty_terminals_gives_five_guesses(till):
    card, pin = till.card(5), till.pin(5)
    guesses = [f"{(int(pin) + 1 + n) % 1_000_000:06d}" for n in range(19)] + [pin]

    def guess(place: int) -> str:
        return till.terminal(place).pay(card, 100, sequence=700, pin=guesses[place]).code

    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(guess, range(19)))
    assert codes.count("pin_wrong") == 4
    assert codes.count("pin_locked") == 15
    assert guess(19) == "pin_locked"
    assert till.balance(card) == START_FEN


@pytest.mark.capability("A124.2")
def test_a_right_pin_starts_the_count_anew(till):
    terminal, card, pin = till.terminal(6), till.card(6), till.pin(6)
    for _round in range(3):
        for left in (4, 3):
            assert terminal.pay(card, 10, pin=wrong_for(pin)).values["tries_left"] == left
        assert terminal.pay(card, 10, pin=pin).code == "ok"


def test_a_pin_block_is_good_for_one_terminal_and_one_sequence(till):
    terminal, other, card, pin = till.terminal(7), till.terminal(8), till.card(7), till.pin(7)
    block = terminal.block(pin, 800)
    for device, sequence in ((terminal, 801), (other, 800)):
        told = device.send("payment", {"card": card, "amount_fen": 100, "pin": block}, sequence=sequence)
        assert told.code == "pin_unreadable"
    for odd in (block[:-2], "zz" * 34, 123456, [], block[:-2] + ("00" if block[-2:] != "00" else "01")):
        assert (
            terminal.send("payment", {"card": card, "amount_fen": 100, "pin": odd}, sequence=terminal.next()).code
            == "pin_unreadable"
        )
    assert terminal.send("payment", {"card": card, "amount_fen": 100, "pin": block}, sequence=800).code == "ok"
    assert (
        till.sql(
            "SELECT 1 FROM card_pin k JOIN card_card c USING (wallet_id) WHERE c.uid = %s AND k.wrong_tries > 0", [card]
        )
        == []
    )


def shower(till: Till, place: int, **values: object):
    terminal = till.terminal(place)
    facts = {
        "kind": "per_minute",
        "price_fen": 30,
        "per": 1,
        "unit": "分钟",
        "most_fen": 600,
        "minutes": 30,
        "when_silent": "metered",
        **values,
        "number": terminal.number,
    }
    till.sql(
        """INSERT INTO card_price (terminal_id, since, kind, price_fen, per, unit, most_fen, minutes, when_silent)
        SELECT id, '2020-01-01', %(kind)s, %(price_fen)s, %(per)s, %(unit)s, %(most_fen)s, %(minutes)s, %(when_silent)s
        FROM terminals_terminal WHERE number = %(number)s""",
        facts,
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (terminal.send("hello", {}).values["price"] or {}).get("kind") != facts["kind"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return terminal


@pytest.mark.capability("A099.1", "A099.2")
def test_each_kind_has_its_price_rule_and_water_is_held_and_released_once(till):
    card = till.card(8)
    terminal = shower(till, 20)
    assert terminal.send("hello", {}).values["price"] == {
        "kind": "per_minute",
        "price_fen": 30,
        "per": 1,
        "unit": "分钟",
        "most_fen": 600,
        "minutes": 30,
    }
    begun = time.time()
    held = terminal.send("hold", {"card": card, "amount_fen": 600}, sequence=1)
    assert (held.code, held.values["balance_fen"]) == ("ok", START_FEN - 600)
    assert begun <= held.values["hold_until"] - 1800 <= time.time()
    assert terminal.send("hold", {"card": card, "amount_fen": 600}, sequence=1).body == held.body
    done = terminal.send("release", {"sequence": 1, "amount_fen": 210}, sequence=2)
    assert (done.code, done.values["amount_fen"], done.values["released_fen"]) == ("ok", 210, 390)
    assert done.values["balance_fen"] == till.balance(card) == START_FEN - 210
    assert terminal.send("release", {"sequence": 1, "amount_fen": 210}, sequence=2).body == done.body
    assert terminal.send("query", {"sequence": 2}).body == done.body
    assert terminal.send("release", {"sequence": 1, "amount_fen": 0}, sequence=3).code == "hold_settled"
    assert spent(till, card) == 210
    fixed = shower(till, 21, kind="fixed", price_fen=200, most_fen=0)
    assert fixed.pay(card, 201).code == "price_wrong"
    assert fixed.pay(card, 200).code == "ok"
    assert fixed.send("hold", {"card": card, "amount_fen": 10}, sequence=9).code == "hold_not_here"
    by_volume = shower(till, 22, kind="per_unit", price_fen=5, per=2, unit="升", most_fen=300)
    assert by_volume.send("hold", {"card": card, "amount_fen": 300}, sequence=1).code == "ok"
    assert by_volume.send("release", {"sequence": 1, "amount_fen": 0}, sequence=2).values["released_fen"] == 300
    free = shower(till, 23, kind="amount", price_fen=0, most_fen=0)
    assert free.pay(card, 123).code == "ok"


def test_release_asked_at_once_on_ten_connections_settles_once(till):
    card, terminal = till.card(9), shower(till, 24)
    terminal.send("hold", {"card": card, "amount_fen": 600}, sequence=1)
    with ThreadPoolExecutor(10) as pool:
        codes = list(
            pool.map(
                lambda n: terminal.send("release", {"sequence": 1, "amount_fen": 30 * n}, sequence=10 + n).code,
                range(10),
            )
        )
    assert sorted(codes) == ["hold_settled"] * 9 + ["ok"]
    assert START_FEN - 270 <= till.balance(card) <= START_FEN
    assert (START_FEN - till.balance(card)) % 30 == 0


def test_a_hold_bounds_what_may_be_asked(till):
    card, terminal, thief = till.card(10), shower(till, 25), till.terminal(26)
    assert terminal.send("hold", {"card": card, "amount_fen": 601}, sequence=1).code == "amount_too_large"
    assert terminal.send("hold", {"card": card, "amount_fen": -5}, sequence=2).code == "amount_invalid"
    assert terminal.send("hold", {"card": card, "amount_fen": 500}, sequence=3).code == "ok"
    assert terminal.send("release", {"sequence": 3, "amount_fen": 501}, sequence=4).code == "amount_too_large"
    assert terminal.send("release", {"sequence": 3, "amount_fen": -1}, sequence=5).code == "malformed"
    assert thief.send("release", {"sequence": 3, "amount_fen": 0}, sequence=6).code == "hold_unknown"
    assert till.balance(card) == START_FEN - 500
    assert terminal.send("reversal", {"sequence": 3}, sequence=7).code == "ok"
    assert terminal.send("release", {"sequence": 3, "amount_fen": 10}, sequence=8).code == "hold_settled"
    assert till.balance(card) == START_FEN


@pytest.mark.parametrize(("when_silent", "paid"), [("metered", 150), ("full", 600)])
def test_a_hold_that_is_never_released_ends_by_itself(till, when_silent, paid):
    place = 27 if when_silent == "metered" else 28
    card, terminal = till.card(place), shower(till, place, when_silent=when_silent)
    terminal.send("hold", {"card": card, "amount_fen": 600}, sequence=1)
    for so_far in (90, 150, 120):
        assert terminal.send("meter", {"sequence": 1, "amount_fen": so_far}).code == "ok"
    till.sql("UPDATE card_hold SET ends_at = now() - interval '1 second' WHERE settled_at IS NULL")
    assert till.sql("SELECT card_end_holds(100)") == [(1,)]
    assert till.sql("SELECT card_end_holds(100)") == [(0,)]
    assert till.balance(card) == START_FEN - paid
    assert terminal.send("release", {"sequence": 1, "amount_fen": 10}, sequence=2).code == "hold_settled"
    assert terminal.send("meter", {"sequence": 1, "amount_fen": 10}).code == "hold_unknown"


def test_a_merchant_refunds_its_own_sales_up_to_what_was_paid(till):
    terminal, other, card = till.terminal(29), till.terminal(30), till.card(29)
    receipt = terminal.pay(card, 900, sequence=1).values["receipt"]

    def refund(fen, sequence, device=terminal):
        return device.send("refund", {"receipt": receipt, "amount_fen": fen}, sequence=sequence)

    assert refund(900, 2, other).code == "sale_unknown"
    first = refund(300, 2)
    assert (first.code, first.values["balance_fen"]) == ("ok", START_FEN - 600)
    assert refund(300, 2).body == first.body
    assert refund(301, 2).code == "sequence_reused"
    over = refund(601, 3)
    assert (over.code, over.values["amount_fen"]) == ("refund_too_large", 600)
    assert terminal.send("reversal", {"sequence": 1}, sequence=4).code == "already_refunded"
    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(lambda n: refund(600, 10 + n).code, range(6)))
    assert sorted(codes) == ["ok"] + ["refund_too_large"] * 5
    assert refund(-1, 30).code == refund(2**63, 31).code == "malformed"
    assert till.balance(card) == START_FEN


@pytest.mark.parametrize("member", ["card", "amount_fen", "pin"])
def test_a_flipped_bit_in_any_member_is_noticed(till, member):
    terminal, card = till.terminal(31), till.card(31)
    values = {"card": card, "amount_fen": 100, "pin": terminal.block(till.pin(31), 5)}

    body = json.dumps(values).encode()
    at = body.index(str(values[member]).encode()) + 1
    flipped = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    assert terminal.send("payment", body, sequence=5, sent=flipped).code == "signature_wrong"
    assert till.balance(card) == START_FEN


def test_a_clock_turned_back_gets_nothing_new(till):
    terminal, card = till.terminal(32), till.card(32)
    assert terminal.pay(card, 100, sequence=1, clock=int(time.time()) - 86_400).code == "clock_wrong"
    assert terminal.pay(card, 100, sequence=1).code == "ok"
    old = {"sequence": 2, "card": card, "amount_fen": 100, "occurred_at": 1_500_000_000}
    assert terminal.send("upload", {"rows": [old]}).values["rows"][0]["code"] == "offline_too_old"
    assert till.balance(card) == START_FEN - 100


@pytest.mark.capability("A124.1")
def test_the_last_yuan_within_a_limit_is_spent_once(till):
    card = till.card(33)

    def spend(place: int) -> str:
        return till.terminal(place).pay(card, MEAL_FEN, sequence=9_000).code

    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(spend, range(20)))
    assert sorted(codes) == ["ok"] + ["pin_required"] * 19
    assert spent(till, card) == MEAL_FEN
