"""Uploaded rows with a chip, through the gateway's own words to the database: booked, or kept in suspense, never dropped."""

import contextlib
import itertools
import json
import time

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.chip.models import Chip, ChipRow, SuspenseCase
from nanhu.systems.card.chip.services import keys, making
from nanhu.systems.card.chip.tests.conftest import AT, CardInHand
from nanhu.systems.card.chip.verification import STORE, TacVerifier
from nanhu.systems.card.funds.services.difference import difference_of
from nanhu.systems.card.gateway.policy import current_policy
from nanhu.systems.card.gateway.requests import read_upload
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
SEQUENCES = itertools.count(1000)


class TestDatabase:
    """The gateway's database, on the test's own connection."""

    __test__ = False

    async def rows(self, statement, parameters):
        return self.ask(statement, parameters)

    def ask(self, statement, parameters):
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()


@pytest.fixture
def hand(campus):
    keys.make_master_keys(by=SYSTEM)
    campus.top_up("teacher", 10_000)
    (chip,) = making.make_purses(by=SYSTEM, cards=[campus.card("teacher")], is_filled=True)
    return CardInHand(chip)


def row(campus, sequence, fen, chip, part="teacher"):
    return {
        "sequence": sequence,
        "card": campus.card(part).uid,
        "amount_fen": fen,
        "occurred_at": 1_764_043_200,
        "chip": chip,
    }


def upload(*rows, terminal="N1001"):
    """What each row is told."""
    database = TestDatabase()
    elements = read_upload(json.dumps({"rows": rows}).encode(), now=time.time())

    with contextlib.suppress(StopIteration):  # without an event loop, which Django's connection would refuse
        TacVerifier(database).check(terminal, elements).send(None)
    device = Terminal.objects.get(number=terminal)
    told = database.ask(STORE, [device.pk, json.dumps(elements), current_policy()])
    assert receipt_differences() == []
    assert list(ledger.check_ledger()) == []
    return [one[1] for one in sorted(told)]


def state(hand):
    chip = Chip.objects.select_related("card").get(pk=hand.chip.pk)
    found = difference_of(chip)
    items = {item.key: item.fen for item in found.items} | (
        {"?": found.unexplained_fen} if found.unexplained_fen else {}
    )
    return chip.balance_fen, chip.offline_counter, items


def test_a_proven_row_is_booked_once_and_moves_the_chips_record(campus, hand):
    first = row(campus, 1, 1200, hand.purchase(1200, counter=0, balance=10_000, term_seq=1))
    assert upload(first) == upload(first) == ["posted"]
    assert state(hand) == (8800, 1, {})
    assert ChipRow.objects.get().receipt_id == Receipt.objects.get(kind="stored").pk


def test_rows_may_come_in_any_order_and_late(campus, hand):
    """Counter 1 first: counter 0 is missing and named; when it comes nothing is left to explain."""
    late = row(campus, 1, 1200, hand.purchase(1200, counter=0, balance=10_000, term_seq=1))
    early = row(campus, 2, 500, hand.purchase(500, counter=1, balance=8800, term_seq=2))
    assert upload(early) == ["posted"]
    assert state(hand) == (8300, 2, {"not_uploaded": 1200})
    assert upload(late) == ["posted"]
    assert state(hand) == (8300, 2, {})


def test_a_row_the_wallet_cannot_cover_is_owed_and_named(campus, hand):
    campus.pay("teacher", 9500)
    assert upload(row(campus, 50, 1200, hand.purchase(1200, counter=0, balance=10_000, term_seq=1))) == ["posted"]
    assert state(hand) == (8800, 1, {"aside.payment": -9500, "owed": 700})


def test_a_cloned_cards_row_is_kept_in_suspense(campus, hand):
    first = row(campus, 1, 1200, hand.purchase(1200, counter=0, balance=10_000, term_seq=1))
    clone = row(campus, 2, 800, hand.purchase(800, counter=0, balance=10_000, term_seq=2))
    assert upload(first) == ["posted"]
    assert upload(clone) == upload(clone) == ["chip_counter_reused"]
    case = SuspenseCase.objects.get()
    assert (case.amount_fen, case.reason, case.owner_name) == (800, "chip_counter_reused", "校园卡管理办公室")
    assert state(hand) == (8800, 1, {})
    assert Receipt.objects.get(sequence=2).outcome == "chip_counter_reused"


def test_two_rows_of_one_counter_in_one_upload_are_told_apart(campus, hand):
    first = row(campus, 1, 1200, hand.purchase(1200, counter=0, balance=10_000, term_seq=1))
    clone = row(campus, 2, 800, hand.purchase(800, counter=0, balance=10_000, term_seq=2))
    assert upload(clone, first) == ["chip_counter_reused", "posted"]


def test_a_tac_replayed_with_another_counter_is_found(campus, hand):
    """The counter is no part of a TAC, so the PSAM's own sequence must be new."""
    proof = hand.purchase(1200, counter=0, balance=10_000, term_seq=1)
    assert upload(row(campus, 1, 1200, proof)) == ["posted"]
    replayed = row(campus, 2, 1200, proof | {"counter": 1, "balance_before_fen": 8800})
    assert upload(replayed) == ["chip_counter_reused"]


def test_a_forged_row_first_does_not_keep_the_true_one_out(campus, hand):
    proof = hand.purchase(1200, counter=0, balance=10_000, term_seq=1)
    forged = row(campus, 1, 1200, proof | {"tac": "00000000"})
    assert upload(forged, row(campus, 2, 1200, proof)) == ["tac_wrong", "posted"]
    assert state(hand) == (8800, 1, {})


def test_a_suspended_row_names_its_gap(campus, hand):
    torn = row(campus, 1, 1200, hand.purchase(1200, counter=0, balance=10_000, term_seq=1) | {"tac": "00000000"})
    after = row(campus, 2, 500, hand.purchase(500, counter=1, balance=8800, term_seq=2))
    assert upload(torn, after) == ["tac_wrong", "posted"]
    assert state(hand) == (8300, 2, {"suspense": 1200})


def test_a_card_without_purse_cannot_prove_anything(campus, hand):
    campus.top_up("guest", 5000)
    assert upload(row(campus, 1, 100, hand.purchase(100, counter=0, balance=5000, term_seq=1), part="guest")) == [
        "tac_wrong"
    ]


def test_anothers_terminal_cannot_use_a_proof(campus, hand):
    proof = hand.purchase(1200, counter=0, balance=10_000, term_seq=1)
    assert upload(row(campus, 1, 1200, proof), terminal="E3002") == ["tac_wrong"]


def test_rows_with_and_without_a_chip_go_together(campus, hand):
    campus.top_up("guest", 5000)
    bare = row(campus, 2, 300, None, part="guest") | {"occurred_at": time.time() - 60}
    assert upload(row(campus, 1, 1200, hand.purchase(1200, counter=0, balance=10_000, term_seq=1)), bare) == [
        "posted",
        "posted",
    ]


@pytest.mark.parametrize(
    "member",
    [
        {},
        7,
        "x",
        [],
        {"counter": True},
        {"counter": 0, "tac": 5},
        {"at": "20261399000000"},
        {"balance_before_fen": 2**60},
    ],
)
def test_a_member_nobody_can_read_spoils_no_upload(campus, hand, member):
    true = row(campus, 1, 1200, hand.purchase(1200, counter=0, balance=10_000, term_seq=1))
    odd = member if not isinstance(member, dict) else hand.purchase(5, counter=1, balance=8800, term_seq=2) | member
    odd = {} if member == {} else odd
    assert upload(true, row(campus, 2, 5, odd)) == ["posted", "tac_wrong"]
    assert SuspenseCase.objects.get().sequence == 2


@settings(max_examples=30)
@given(
    field=st.sampled_from(["amount_fen", "term_seq", "tac", "at", "terminal", "card"]),
    bit=st.integers(0, 31),
)
def test_a_flipped_bit_anywhere_under_the_tac_books_nothing(campus, hand, field, bit):
    proof, fen, terminal, part = hand.purchase(1200, counter=0, balance=10_000, term_seq=1), 1200, "N1001", "teacher"
    if field == "amount_fen":
        fen ^= 1 << bit % 14
    elif field == "term_seq":
        proof["term_seq"] ^= 1 << bit
    elif field == "tac":
        proof["tac"] = f"{int(proof['tac'], 16) ^ 1 << bit:08X}"
    elif field == "at":
        proof["at"] = AT[:-2] + f"{1 + bit:02d}"
    elif field == "terminal":
        terminal = "E3002"
    else:
        part = "guest"
    before = Receipt.objects.filter(outcome="posted").count()
    outcomes = upload(row(campus, next(SEQUENCES), fen, proof, part=part), terminal=terminal)
    assert outcomes in (["tac_wrong"], ["amount_invalid"])
    assert Receipt.objects.filter(outcome="posted").count() == before
    assert state(hand) == (10_000, 0, {})
