"""Pure rules of PINs: the initial one (手册 5.4.8), what may be chosen, how it is kept."""

import hashlib
import hmac
import re
from typing import Final

LENGTH: Final = 6
RESIDENT_ID: Final = re.compile(r"\d{17}[\dX]")
DIGITS: Final = re.compile(r"\d{6}")
FROM_DOCUMENT, AT_COUNTER = "document_digits", "counter"
RUNS: Final = ("0123456789", "9876543210")


def initial_pin(document: str, without_id: str) -> str | None:
    """The last six of a resident ID, X read as 0. For another document the school's rule: its last six digits, filled up
    with zeros, or none at all until the counter sets one."""
    number = document.upper()
    if RESIDENT_ID.fullmatch(number):
        return number[-LENGTH:].replace("X", "0")
    digits = "".join(character for character in number if character in "0123456789")
    if without_id == FROM_DOCUMENT and digits:
        return digits[-LENGTH:].rjust(LENGTH, "0")
    return None


def is_pin(text: str) -> bool:
    return text.isascii() and DIGITS.fullmatch(text) is not None


def is_weak(pin: str) -> bool:
    """Six equal digits, or a straight run."""
    return len(set(pin)) == 1 or any(pin in run for run in RUNS)


def digest_of(pin: str, *, salt: bytes, wallet_id: int, kind: str) -> str:
    """Bound to its wallet and kind, so that no row can be put in another's place. The keyring seals what comes out."""
    return hmac.new(salt, f"{wallet_id}:{kind}:{pin}".encode(), hashlib.sha256).hexdigest()


def are_equal(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
