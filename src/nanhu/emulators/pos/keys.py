"""The key a device signs with, and changing it: the new one comes sealed under the old, as docs/protocols/terminal.md says.

Written from that page alone. The next key is written down before it is used, and is ours once an answer was signed with it; so a power
cut or a lost answer at any moment leaves a device that can still speak.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PURPOSE = b"nanhu-terminal-1-key"
NONCE_BYTES = 12
KEY_BYTES = 32


class KeyNotes(msgspec.Struct):
    """What survives: `installed` marks the key of the installation these notes belong to; another one makes them void."""

    installed: str = ""
    current: str = ""
    following: str = ""


class Keys:
    def __init__(self, number: str, installed: str, notes: KeyNotes, keep: Callable[[], None]) -> None:
        self.number, self.notes, self.keep = number, notes, keep
        mark = hashlib.sha256(installed.encode()).hexdigest()[:16]
        if notes.installed != mark:
            notes.installed, notes.current, notes.following = mark, installed, ""

    @property
    def current(self) -> bytes:
        return bytes.fromhex(self.notes.current)

    @property
    def following(self) -> bytes | None:
        return bytes.fromhex(self.notes.following) if self.notes.following else None

    def take(self, offer: Any) -> bool:
        """Write down the key that `hello` brought; False where it is none of ours."""
        try:
            found = open_key(self.current, self.number, int(offer["version"]), str(offer["sealed"]))
        except (InvalidTag, ValueError, KeyError, TypeError):
            return False
        if len(found) != KEY_BYTES:
            return False
        self.notes.following = found.hex()
        self.keep()
        return True

    def adopt(self) -> None:
        self.notes.current, self.notes.following = self.notes.following, ""
        self.keep()

    def drop(self) -> None:
        self.notes.following = ""
        self.keep()


def open_key(key: bytes, number: str, version: int, sealed: str) -> bytes:
    blob = bytes.fromhex(sealed)
    cipher = AESGCM(hmac.digest(key, PURPOSE, "sha256"))
    return cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], f"{number}:{version}".encode())
