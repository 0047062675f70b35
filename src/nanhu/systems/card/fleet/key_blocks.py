"""How a new key travels to a terminal: sealed under the key it has (docs/protocols/terminal.md). Pure."""

import hmac
import os
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PURPOSE: Final = b"nanhu-terminal-1-key"
NONCE_BYTES: Final = 12


def seal_next_key(key: bytes, terminal: str, version: int, next_key: bytes) -> str:
    nonce = os.urandom(NONCE_BYTES)
    return (nonce + cipher(key).encrypt(nonce, next_key, context(terminal, version))).hex()


def open_next_key(key: bytes, terminal: str, version: int, sealed: str) -> bytes:
    """Raises InvalidTag where it was made for another terminal, version or key."""
    blob = bytes.fromhex(sealed)
    return cipher(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], context(terminal, version))


def cipher(key: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, PURPOSE, "sha256"))


def context(terminal: str, version: int) -> bytes:
    return f"{terminal}:{version}".encode()
