"""The bank's wire, version 1 (docs/protocols/bank.md): what is signed, by whom. Pure; the adapter and the notices use it."""

import base64
import hashlib
import time
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

CLOCK_TOLERANCE_SECONDS: Final = 300
LONGEST_CLOCK: Final = 12
PREFIX: Final = "/campus/v1/"


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def request_text(*, operation: str, institution: str, request: str, clock: str, body: bytes) -> bytes:
    return f"nanhu-bank-1\n{operation}\n{institution}\n{request}\n{clock}\n{digest(body)}".encode()


def answer_text(*, operation: str, request: str, status: int, body: bytes) -> bytes:
    return f"nanhu-bank-1-answer\n{operation}\n{request}\n{status}\n{digest(body)}".encode()


def is_timely(clock: str) -> bool:
    """Of whoever knocks, bank or app: the header says now."""
    is_number = clock.isascii() and clock.isdigit() and len(clock) <= LONGEST_CLOCK
    return is_number and abs(time.time() - int(clock)) <= CLOCK_TOLERANCE_SECONDS


def signature_of(private_key: str, text: bytes) -> str:
    key = load_pem_private_key(private_key.encode(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("the bank's wire is signed with Ed25519")
    return base64.b64encode(key.sign(text)).decode()


def is_genuine(public_key: str, text: bytes, signature: str) -> bool:
    key = load_pem_public_key(public_key.encode())
    if not isinstance(key, Ed25519PublicKey):
        return False
    try:
        key.verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, ValueError):
        return False
    return True
