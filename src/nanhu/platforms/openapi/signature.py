"""The seal of requests and webhooks (签名): HMAC-SHA256 over time, method, path, Idempotency-Key and body."""

import hashlib
import hmac
import re
from tempfile import SpooledTemporaryFile
from typing import Final

CLOCK_TOLERANCE_SECONDS: Final = 300
KEY: Final = re.compile(r"nanhu_(live|test)_([0-9A-Za-z]{12})_[0-9A-Za-z_-]{43}")
IDEMPOTENCY_KEY: Final = re.compile(r"[!-~]{8,80}")
SIGNATURE: Final = re.compile(r"t=([0-9]{10}),v1=([0-9a-f]{64})")


def signed_text(*, moment: str, method: str, path: str, idempotency_key: str, body: bytes) -> bytes:
    return f"{moment}.{method}.{path}.{idempotency_key}.".encode() + body


def webhook_text(*, moment: str, body: bytes) -> bytes:
    return f"{moment}.".encode() + body


def seal(secret: str, text: bytes) -> str:
    return hmac.digest(secret.encode(), text, "sha256").hex()


def seal_over(secret: str, head: bytes, body: SpooledTemporaryFile[bytes]) -> str:
    """The same of a text whose end is not held in memory; `body` is read from its start."""
    body.seek(0)
    return hashlib.file_digest(body, lambda: hmac.new(secret.encode(), head, "sha256")).hexdigest()


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    return hashlib.sha256(f"{method} {path}\n".encode() + body).digest()
