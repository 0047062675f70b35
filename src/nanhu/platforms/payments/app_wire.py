"""What outside apps sign (docs/protocols/card-apps.md): HMAC-SHA256 under the secret the school gave the app. Pure."""

import hashlib
import hmac


def request_text(*, operation: str, app: str, request: str, clock: str, body: bytes) -> bytes:
    return f"nanhu-app-1\n{operation}\n{app}\n{request}\n{clock}\n{hashlib.sha256(body).hexdigest()}".encode()


def answer_text(*, operation: str, request: str, status: int, body: bytes) -> bytes:
    return f"nanhu-app-1-answer\n{operation}\n{request}\n{status}\n{hashlib.sha256(body).hexdigest()}".encode()


def sealed(secret: str, text: bytes) -> str:
    return hmac.digest(bytes.fromhex(secret), text, "sha256").hex()
