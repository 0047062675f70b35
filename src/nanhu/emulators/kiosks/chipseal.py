"""Opening what a new chip is to hold, written from docs/protocols/terminal-services.md ("A new chip") alone."""

import hmac

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nanhu.emulators.chip.api import MadeCard

NONCE_BYTES = 12


class SealBrokenError(ValueError):
    """Sealed for another machine or another blank, or changed on the way."""


def open_chip(key: bytes, *, terminal: str, uid: str, text: str) -> MadeCard:
    own = hmac.digest(key, b"nanhu-terminal-1-chip", "sha256")
    try:
        raw = bytes.fromhex(text)
        plain = AESGCM(own).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], f"{terminal}:{uid}".encode())
        return msgspec.json.decode(plain, type=MadeCard)
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError from error
