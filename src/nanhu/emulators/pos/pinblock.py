"""The member `pin`: six digits encrypted for this terminal and this sequence (docs/protocols/terminal-services.md)."""

import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def pin_block(key: bytes, terminal: str, sequence: int, pin: str) -> str:
    nonce = os.urandom(12)
    pin_key = hmac.digest(key, b"nanhu-terminal-1-pin", "sha256")
    return (nonce + AESGCM(pin_key).encrypt(nonce, pin.encode(), f"{terminal}:{sequence}".encode())).hex()
