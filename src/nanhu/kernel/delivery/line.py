"""The one place where a provider is called: a POST when it has a body, a bounded answer, a bounded time, no redirect followed."""

import http.client
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from nanhu.kernel.delivery.messages import DeliveryError

SECONDS = 8.0
LONGEST_ANSWER = 64 * 1024


def call(address: str, *, headers: Mapping[str, str], body: bytes = b"") -> tuple[int, bytes]:
    """Status and body; whatever goes wrong on the way is no final refusal."""
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        line.request("POST" if body else "GET", target, body=body or None, headers=dict(headers))
        answer = line.getresponse()
        return answer.status, answer.read(LONGEST_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryError(f"{type(error).__name__}: {error}"[:200]) from error
    finally:
        line.close()


def told(content: bytes) -> dict[str, Any]:
    """The JSON object of an answer."""
    try:
        found = msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise DeliveryError("the answer is no JSON") from error
    if not isinstance(found, dict):
        raise DeliveryError("the answer is no object")
    return found
