"""The host's half of a load: MAC1 checked, MAC2 given, TAC believed only when it is the card's."""

import logging
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.errors import ChipKeyMissingError, ChipMacWrongError, ChipMissingError
from nanhu.systems.card.chip.models import Chip, ChipRow, MasterKey
from nanhu.systems.card.chip.services import keys, loads, making
from nanhu.systems.card.chip.tests.conftest import TERMINAL, purses_of
from nanhu.systems.card.tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def test_a_load_is_granted_verified_and_noted(campus, algorithm):
    keys.make_master_keys(by=SYSTEM, algorithm=algorithm)
    hand, card = purses_of(campus).student, campus.card("student")
    grant = loads.mac2_for_load(card=card, terminal_number=TERMINAL, amount_fen=5000, told=hand.start(5000))
    session = hand.suite.session_key(hand.keys.load, messages.load_session(bytes.fromhex("11223344"), 0))
    text = messages.load_mac2(amount_fen=5000, terminal=hand.terminal, at=messages.stamp(grant.at))
    assert grant.mac2 == hand.suite.mac(session, text).hex().upper()
    facts = {
        "card": card,
        "terminal_number": TERMINAL,
        "amount_fen": 5000,
        "online_counter": 0,
        "balance_before_fen": 0,
        "at": grant.at,
        "tac": hand.load_tac(5000, grant.at),
    }
    assert loads.verify_load_tac(**facts)
    loads.record_load(by=SYSTEM, receipt_id=1, **facts)
    chip = Chip.objects.get(card=card)
    assert (chip.balance_fen, chip.online_counter, chip.offline_counter) == (5000, 1, 0)


def test_a_wrong_mac1_gets_no_mac2(campus, purses):
    told = purses.student.start(5000)
    card = campus.card("student")
    for wrong in (
        replace(told, mac1="00000000"),
        replace(told, balance_fen=1),
        replace(told, online_counter=1),
        replace(told, mac1="zz"),
        replace(told, random="11223345"),
        replace(told, mac1=""),
    ):
        with pytest.raises(ChipMacWrongError):
            loads.mac2_for_load(card=card, terminal_number=TERMINAL, amount_fen=5000, told=wrong)
    for terminal, fen in ((TERMINAL, 5001), ("E3002", 5000)):
        with pytest.raises(ChipMacWrongError):
            loads.mac2_for_load(card=card, terminal_number=terminal, amount_fen=fen, told=told)


def test_a_card_without_chip_is_told_so(campus, purses):
    card = campus.card("guest")
    assert not loads.has_chip(card)
    with pytest.raises(ChipMissingError):
        loads.mac2_for_load(card=card, terminal_number=TERMINAL, amount_fen=1, told=purses.student.start(1))


@settings(max_examples=60)
@given(
    field=st.sampled_from(["amount_fen", "online_counter", "balance_before_fen", "at", "tac"]), bit=st.integers(0, 10)
)
def test_a_flipped_bit_in_any_field_fails_the_tac(campus, purses, field, bit):
    at = "20261125120000"
    facts = {
        "amount_fen": 5000,
        "online_counter": 3,
        "balance_before_fen": 700,
        "at": at,
        "tac": purses.student.load_tac(5000, at, balance=700, counter=3),
    }
    assert loads.verify_load_tac(card=campus.card("student"), terminal_number=TERMINAL, **facts)
    if field == "at":
        facts["at"] = f"2026112512{bit:02d}01"
    elif field == "tac":
        facts["tac"] = f"{int(facts['tac'], 16) ^ 1 << bit:08X}"
    else:
        facts[field] ^= 1 << bit
    assert not loads.verify_load_tac(card=campus.card("student"), terminal_number=TERMINAL, **facts)


def test_another_cards_tac_is_not_believed(campus, purses):
    at = "20261125120000"
    assert not loads.verify_load_tac(
        card=campus.card("student"),
        terminal_number=TERMINAL,
        amount_fen=5,
        online_counter=0,
        balance_before_fen=0,
        at=at,
        tac=purses.teacher.load_tac(5, at),
    )


def test_a_counter_is_noted_once_and_rows_stay(campus, purses):
    facts = {
        "by": SYSTEM,
        "card": campus.card("student"),
        "terminal_number": TERMINAL,
        "amount_fen": 5,
        "online_counter": 0,
        "balance_before_fen": 0,
        "at": "20261125120000",
        "tac": "00000000",
    }
    loads.record_load(receipt_id=1, **facts)
    with pytest.raises(IntegrityError, match="counter_once"), transaction.atomic():
        loads.record_load(receipt_id=2, **facts)
    for statement in ("UPDATE card_chip_row SET amount_fen = 1", "DELETE FROM card_chip_row"):
        with pytest.raises(Exception, match="never"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert ChipRow.objects.count() == 1


def test_cards_made_before_a_new_key_keep_theirs(campus, purses):
    assert keys.make_master_keys(by=SYSTEM, reason="每年更换") == 2
    (guest,) = making.make_purses(by=SYSTEM, cards=[campus.card("guest"), campus.card("student")])
    assert (guest.key_version, purses.student.chip.key_version) == (2, 1)
    told = purses.student.start(5)
    assert loads.mac2_for_load(card=campus.card("student"), terminal_number=TERMINAL, amount_fen=5, told=told)


def test_no_purse_is_made_without_keys(campus):
    with pytest.raises(ChipKeyMissingError):
        making.make_purses(by=SYSTEM, cards=[campus.card("student")])


def test_keys_are_encrypted_and_told_to_nobody(campus, purses, caplog):
    """Neither the table, the audit, a log nor a repr holds one."""
    caplog.set_level(logging.DEBUG)
    keys.make_master_keys(by=SYSTEM)
    own = keys.card_keys(purses.student.chip)
    secrets = [row.material for row in MasterKey.objects.all()] + [own.load.hex(), own.tac.hex()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(encode(material, 'escape'), '') FROM card_chip_key")
        kept = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(t::text, '') FROM kernel_audit_entry t")
        audited = cursor.fetchone()[0]
    told = kept + audited + caplog.text + repr(own) + repr(keys.tac_keys()) + repr(keys.masters(1))
    assert not any(secret in told or bytes.fromhex(secret).decode("latin-1") in told for secret in secrets)
