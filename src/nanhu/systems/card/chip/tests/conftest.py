"""Master keys, a purse for each of the cast's cards, and what the factory would know of a card: its own keys."""

from types import SimpleNamespace

import pytest

from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.services import keys, loads, making
from nanhu.systems.card.tests.conftest import SYSTEM, campus

__all__ = ["campus"]
RANDOM = "11223344"
TERMINAL = "N1001"
AT = "20261125120000"


class CardInHand:
    """A chip by its keys, as a test plays it; the whole card is the emulators' matter."""

    def __init__(self, chip):
        self.chip = chip
        self.keys = keys.card_keys(chip)
        self.suite = self.keys.suite
        self.terminal = messages.terminal_code(TERMINAL)

    def start(self, fen, *, balance=0, counter=0):
        session = self.suite.session_key(self.keys.load, messages.load_session(bytes.fromhex(RANDOM), counter))
        text = messages.load_mac1(balance_fen=balance, amount_fen=fen, terminal=self.terminal)
        mac1 = self.suite.mac(session, text).hex()
        return loads.LoadStart(balance_fen=balance, online_counter=counter, random=RANDOM, mac1=mac1)

    def load_tac(self, fen, at, *, balance=0, counter=0):
        text = messages.load_tac(
            balance_after_fen=balance + fen,
            online_counter=counter,
            amount_fen=fen,
            terminal=self.terminal,
            at=messages.stamp(at),
        )
        return self.suite.mac(self.suite.tac_key(self.keys.tac), text).hex().upper()

    def purchase(self, fen, *, counter, balance, term_seq, online=0, at=AT):
        """The member `chip` of an uploaded row."""
        text = messages.purchase_tac(amount_fen=fen, terminal=self.terminal, term_seq=term_seq, at=messages.stamp(at))
        tac = self.suite.mac(self.suite.tac_key(self.keys.tac), text).hex().upper()
        return {
            "counter": counter,
            "online_counter": online,
            "balance_before_fen": balance,
            "term_seq": term_seq,
            "tac": tac,
            "at": at,
        }


@pytest.fixture(params=["triple_des", "sm4"])
def algorithm(request):
    return request.param


@pytest.fixture
def purses(campus):
    """By part: the chip in hand. Keys are 3DES."""
    keys.make_master_keys(by=SYSTEM)
    return purses_of(campus)


def purses_of(campus):
    parts = ("student", "teacher")
    made = making.make_purses(by=SYSTEM, cards=[campus.card(part) for part in parts])
    return SimpleNamespace(**{part: CardInHand(chip) for part, chip in zip(parts, made, strict=True)})
