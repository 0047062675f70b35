"""Whether a TAC is the card's: recomputed from the school's master key and the purse's serial."""

import hmac
from typing import Any, NamedTuple

from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.ciphers import SUITES, card_key


class Purse(NamedTuple):
    """Of which card, and which keys made it."""

    serial: str
    key_version: int
    algorithm: str


class TacKeys:
    """The cards' TAC keys from the masters, each computed once. Shown nowhere: no repr, no log."""

    def __init__(self, masters: dict[int, bytes]) -> None:
        self.masters = masters
        self.known: dict[Purse, bytes] = {}

    def __repr__(self) -> str:
        return f"TacKeys({sorted(self.masters)})"

    def of(self, purse: Purse) -> bytes | None:
        if purse not in self.known:
            master = self.masters.get(purse.key_version)
            if master is None:
                return None
            suite = SUITES[purse.algorithm]
            self.known[purse] = suite.tac_key(card_key(suite, master, messages.diversifier(purse.serial)))
        return self.known[purse]

    def proves(self, purse: Purse | None, text: bytes, tac: str) -> bool:
        key = self.of(purse) if purse else None
        if purse is None or key is None:
            return False
        return hmac.compare_digest(SUITES[purse.algorithm].mac(key, text), bytes.fromhex(tac))


def proves_purchase(
    keys: TacKeys, purse: Purse | None, *, terminal: bytes, amount_fen: Any, chip: dict[str, Any]
) -> bool:
    """`chip` as chip_element made it."""
    if not chip["ok"] or not isinstance(amount_fen, int) or not 0 < amount_fen <= 2**32 - 1:
        return False
    text = messages.purchase_tac(
        amount_fen=amount_fen, terminal=terminal, term_seq=chip["q"], at=messages.stamp(chip["at"])
    )
    return keys.proves(purse, text, chip["t"])
