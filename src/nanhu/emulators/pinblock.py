"""The PIN block (member `pin`) of docs/protocols/terminal-services.md, written from that page alone."""

import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def pin_block(key: bytes, *, terminal: str, sequence: int, pin: str) -> str:
    own = hmac.digest(key, b"nanhu-terminal-1-pin", "sha256")
    nonce = os.urandom(12)
    return (nonce + AESGCM(own).encrypt(nonce, pin.encode(), f"{terminal}:{sequence}".encode())).hex()
