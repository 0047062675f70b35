"""What is handed out is random enough (256 bits) that its plain hash keeps it secret."""

import secrets
from hashlib import sha256


def token(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def hash_of(text: str) -> bytes:
    return sha256(text.encode()).digest()
