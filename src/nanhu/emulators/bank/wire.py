"""The bank's wire (docs/protocols/bank.md), read from the document alone: what is signed, in which words."""

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

CLOCK_TOLERANCE_SECONDS = 300


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def request_text(operation: str, institution: str, request: str, clock: str, body: bytes) -> bytes:
    return f"nanhu-bank-1\n{operation}\n{institution}\n{request}\n{clock}\n{digest(body)}".encode()


def answer_text(operation: str, request: str, status: int, body: bytes) -> bytes:
    return f"nanhu-bank-1-answer\n{operation}\n{request}\n{status}\n{digest(body)}".encode()


def signed(key: str, text: bytes) -> str:
    private = load_pem_private_key(key.encode(), None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError("the bank signs with Ed25519")
    return base64.b64encode(private.sign(text)).decode()


def is_signed(key: str, text: bytes, signature: str) -> bool:
    public = load_pem_public_key(key.encode())
    if not isinstance(public, Ed25519PublicKey):
        return False
    try:
        public.verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, ValueError):
        return False
    return True
