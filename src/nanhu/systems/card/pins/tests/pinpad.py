"""The terminal's half of a PIN block (docs/protocols/terminal.md)."""

import os

from nanhu.systems.card.pins.blocks import NONCE_BYTES, cipher_of


def seal_pin_block(terminal_key: bytes, terminal: str, sequence: int | str, pin: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    return (nonce + cipher_of(terminal_key).encrypt(nonce, pin.encode(), f"{terminal}:{sequence}".encode())).hex()
