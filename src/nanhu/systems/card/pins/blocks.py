"""PIN blocks: how six digits travel from a keypad to us (docs/protocols/terminal.md). Pure."""

import hmac
import re
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nanhu.systems.card.pins.rules import LENGTH, is_pin

NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
BLOCK: Final = re.compile(rf"[0-9a-fA-F]{{{2 * (NONCE_BYTES + LENGTH + TAG_BYTES)}}}")
PURPOSE: Final = b"nanhu-terminal-1-pin"


class PinBlockError(ValueError):
    """The block was made by another key, for another terminal or sequence, or holds no six digits."""


@lru_cache(maxsize=1024)
def cipher_of(terminal_key: bytes) -> AESGCM:
    return AESGCM(hmac.digest(terminal_key, PURPOSE, "sha256"))


def open_pin_block(terminal_key: bytes, terminal: str, sequence: int | str, text: object) -> str:
    if not isinstance(text, str) or BLOCK.fullmatch(text) is None:
        raise PinBlockError
    raw = bytes.fromhex(text)
    try:
        pin = cipher_of(terminal_key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], f"{terminal}:{sequence}".encode())
    except InvalidTag as error:
        raise PinBlockError from error
    digits = pin.decode("latin-1")
    if not is_pin(digits):
        raise PinBlockError
    return digits
