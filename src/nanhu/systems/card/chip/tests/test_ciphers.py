"""The vectors of the digest of JR/T 0025 (load and purchase worked examples), GB/T 32907, and what must hold of both suites."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.ciphers import SM4, SUITES, card_key, encrypted, padded

DES = SUITES["triple_des"]
KEY = bytes.fromhex("11223344556677888877665544332211")
TAC_KEY = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
TERMINAL = bytes.fromhex("001122334455")
RANDOM = bytes.fromhex("11223344")
LOADED_AT = messages.stamp("20111221214822")
PAID_AT = messages.stamp("20120229135100")
FEN = 0x1000


def test_a_load_is_signed_as_in_the_worked_example():
    session = DES.session_key(KEY, messages.load_session(RANDOM, 0))
    assert session.hex().upper() == "9B1D924E05595603"
    for kind, mac in ((0x01, "2988AE5A"), (0x02, "A5638AA0")):
        text = messages.load_mac1(balance_fen=0, amount_fen=FEN, terminal=TERMINAL, kind=kind)
        assert DES.mac(session, text).hex().upper() == mac
    text = messages.load_mac2(amount_fen=FEN, terminal=TERMINAL, at=LOADED_AT, kind=0x01)
    assert DES.mac(session, text).hex().upper() == "3A845BF0"


def test_tacs_are_those_of_the_digest():
    folded = DES.tac_key(TAC_KEY)
    assert folded.hex() == "8888888888888888"
    bought = messages.purchase_tac(amount_fen=FEN, terminal=TERMINAL, term_seq=1, at=PAID_AT)
    assert DES.mac(folded, bought).hex().upper() == "B3A0D49C"
    loaded = messages.load_tac(
        balance_after_fen=FEN, online_counter=0, amount_fen=FEN, terminal=TERMINAL, at=LOADED_AT, kind=0x01
    )
    assert DES.mac(folded, loaded).hex().upper() == "6314E5F5"


def test_a_card_key_is_diversified_as_in_the_digest_and_level_by_level():
    data = bytes.fromhex("0123456789ABCDEF")
    once = card_key(DES, KEY, data)
    assert once.hex().upper() == "F9C2452F0F4EFC0908E97821E0A7BCC1"
    assert card_key(DES, KEY, data, bytes(8)) == card_key(DES, once, bytes(8))


def test_sm4_is_the_cipher_of_its_standard():
    """GB/T 32907, appendix A.1."""
    text = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    assert encrypted(SM4(text), text).hex().upper() == "681EDF34D206965E86B3E94F536E4246"


def test_the_sm4_suite_gives_what_it_gave_when_it_was_written_down():
    """Ours, so that no change goes unseen: docs/rooms/card-chip.md."""
    sm4 = SUITES["sm4"]
    key = card_key(sm4, KEY, bytes.fromhex("0123456789ABCDEF"))
    session = sm4.session_key(key, messages.load_session(RANDOM, 0))
    mac = sm4.mac(session, messages.load_mac1(balance_fen=0, amount_fen=FEN, terminal=TERMINAL))
    assert (key.hex(), session.hex(), mac.hex()) == KNOWN_SM4


KNOWN_SM4 = ("eacd9bbacd9b7273350c5d97887e9f3d", "f777affce9d2c2d0227bb406c0dc33ed", "f695234c")


def test_padding_is_added_also_to_whole_blocks():
    assert padded(b"", 8).hex() == "8000000000000000"
    assert padded(bytes(8), 8).hex() == "0000000000000000" + "8000000000000000"
    assert len(padded(bytes(15), 16)) == 16


@pytest.mark.parametrize("name", SUITES)
@given(data=st.binary(min_size=1, max_size=40), place=st.integers(0, 319))
def test_a_flipped_bit_changes_the_mac(name, data, place):
    suite = SUITES[name]
    session = suite.session_key(KEY, bytes(8))
    place %= len(data) * 8
    flipped = bytearray(data)
    flipped[place // 8] ^= 1 << place % 8
    assert suite.mac(session, bytes(flipped)) != suite.mac(session, data)
