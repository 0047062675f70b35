"""What is signed in a load and in a purchase, byte for byte (JR/T 0025.1), and how our things become such bytes."""

import hashlib
from datetime import datetime
from typing import Final

from nanhu.kernel.clock import CAMPUS_ZONE

LOAD: Final = 0x02
PURCHASE: Final = 0x06
SERIAL_DIGITS: Final = 20
DIVERSIFIED_BYTES: Final = 8


def fen(amount_fen: int) -> bytes:
    return amount_fen.to_bytes(4, "big")


def counter(value: int) -> bytes:
    return value.to_bytes(2, "big")


def stamp(text: str) -> bytes:
    """Seven bytes of BCD from the 14 digits of a campus moment, such as 20261125120000."""
    return bytes.fromhex(text)


def stamp_of(moment: datetime) -> str:
    return moment.astimezone(CAMPUS_ZONE).strftime("%Y%m%d%H%M%S")


def moment_of(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=CAMPUS_ZONE)


def terminal_code(number: str) -> bytes:
    """The six bytes by which cards and PSAMs know a terminal. Our numbers are longer: the head of their SHA-256."""
    return hashlib.sha256(f"nanhu-chip-terminal:{number}".encode()).digest()[:6]


def app_serial(card_number: str) -> str:
    """The purse's own number (应用序列号) in file 0015: the card's printed number in 20 digits."""
    return card_number.rjust(SERIAL_DIGITS, "0")


def diversifier(serial: str) -> bytes:
    """The right eight bytes of the serial."""
    return bytes.fromhex(serial)[-DIVERSIFIED_BYTES:]


def load_session(random: bytes, online_counter: int) -> bytes:
    return random + counter(online_counter) + b"\x80\x00"


def load_mac1(*, balance_fen: int, amount_fen: int, terminal: bytes, kind: int = LOAD) -> bytes:
    """Card → host, before the bank is asked."""
    return fen(balance_fen) + fen(amount_fen) + bytes([kind]) + terminal


def load_mac2(*, amount_fen: int, terminal: bytes, at: bytes, kind: int = LOAD) -> bytes:
    """Host → card: put this much on."""
    return fen(amount_fen) + bytes([kind]) + terminal + at


def load_tac(
    *, balance_after_fen: int, online_counter: int, amount_fen: int, terminal: bytes, at: bytes, kind: int = LOAD
) -> bytes:
    """Card → host: it is on. `online_counter` is the one from before."""
    return fen(balance_after_fen) + counter(online_counter) + fen(amount_fen) + bytes([kind]) + terminal + at


def purchase_tac(*, amount_fen: int, terminal: bytes, term_seq: int, at: bytes, kind: int = PURCHASE) -> bytes:
    """Card → host, for the clearing."""
    return fen(amount_fen) + bytes([kind]) + terminal + term_seq.to_bytes(4, "big") + at
