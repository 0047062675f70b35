"""Random tokens (256 bits): their plain hash keeps them secret."""

import secrets
from hashlib import sha256


def token(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def hash_of(text: str) -> bytes:
    return sha256(text.encode()).digest()
