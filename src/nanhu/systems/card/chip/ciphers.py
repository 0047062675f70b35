"""The purse's cryptography: keys for a card from a master key, keys for one deed from those, MAC and TAC.

Two suites behind one face. `triple_des` is that of JR/T 0025 and CJ/T 304 (vectors in the tests). `sm4` uses the block
cipher of GB/T 32907; how keys are derived with it is our own choice in the manner of the former (docs/rooms/card-chip.md).
"""

from typing import Final, Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

KEY_BYTES: Final = 16
MAC_BYTES: Final = 4
DES_BLOCK: Final = 8
SM4_BLOCK: Final = 16


class Suite(Protocol):
    """`number` is what the card answers as its algorithm to INITIALIZE."""

    number: int

    def diversified(self, master: bytes, data: bytes) -> bytes:
        """The 16-byte key of a card (or bank, or city) from the level above, by 8 bytes that name it."""

    def session_key(self, key: bytes, data: bytes) -> bytes:
        """The key of one deed; `data` is 8 bytes: random, counter, and what the deed adds."""

    def tac_key(self, key: bytes) -> bytes:
        """What the card's TAC key is folded to."""

    def mac(self, session_key: bytes, data: bytes) -> bytes:
        """Four bytes over the data, whatever its length."""


def padded(data: bytes, block: int) -> bytes:
    """80, then zeros to a whole block; always, also where the data is whole already."""
    return data + b"\x80" + bytes(-(len(data) + 1) % block)


def encrypted(algorithm: CipherAlgorithm, data: bytes) -> bytes:
    return Cipher(algorithm, modes.ECB()).encryptor().update(data)  # noqa: S305 - single blocks, as the standards say


def last_block(algorithm: CipherAlgorithm, data: bytes, block: int) -> bytes:
    return Cipher(algorithm, modes.CBC(bytes(block))).encryptor().update(padded(data, block))[-block:]


def inverted(data: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in data)


class TripleDesSuite:
    number = 1

    def diversified(self, master: bytes, data: bytes) -> bytes:
        algorithm = TripleDES(master + master[:8])
        return encrypted(algorithm, data + inverted(data))

    def session_key(self, key: bytes, data: bytes) -> bytes:
        return encrypted(TripleDES(key + key[:8]), data)

    def tac_key(self, key: bytes) -> bytes:
        return bytes(left ^ right for left, right in zip(key[:8], key[8:], strict=True))

    def mac(self, session_key: bytes, data: bytes) -> bytes:
        """Single DES by an 8-byte key (three times the same is the same)."""
        return last_block(TripleDES(session_key * 3), data, DES_BLOCK)[:MAC_BYTES]


class Sm4Suite:
    """Our choice: one block D ‖ ~D where 3DES takes two of 8 bytes, the whole block is the key, no folding."""

    number = 2

    def diversified(self, master: bytes, data: bytes) -> bytes:
        return encrypted(SM4(master), data + inverted(data))

    def session_key(self, key: bytes, data: bytes) -> bytes:
        return encrypted(SM4(key), data + inverted(data))

    def tac_key(self, key: bytes) -> bytes:
        return key

    def mac(self, session_key: bytes, data: bytes) -> bytes:
        return last_block(SM4(session_key), data, SM4_BLOCK)[:MAC_BYTES]


SUITES: Final[dict[str, Suite]] = {"triple_des": TripleDesSuite(), "sm4": Sm4Suite()}


def card_key(suite: Suite, master: bytes, *levels: bytes) -> bytes:
    """Level by level (city, bank, card), each named by 8 bytes."""
    for data in levels:
        master = suite.diversified(master, data)
    return master
