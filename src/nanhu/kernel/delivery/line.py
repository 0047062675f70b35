"""HTTP requests to providers, in one place: a POST when it has a body, a bounded answer, a bounded time, no redirect followed."""

from collections.abc import Mapping
from typing import Any

import msgspec

from nanhu.kernel import outgoing, strict_json
from nanhu.kernel.delivery.messages import DeliveryError

SECONDS = 8.0
LONGEST_ANSWER = 64 * 1024


def call(address: str, *, headers: Mapping[str, str], body: bytes = b"") -> tuple[int, bytes]:
    """Status and body; whatever goes wrong on the way is no final refusal."""
    kinds = [value for name, value in headers.items() if name.lower() == "content-type"]
    others = tuple((name, value) for name, value in headers.items() if name.lower() != "content-type")
    request = outgoing.Call(address=address, body=body, content_type=kinds[0] if kinds else "", headers=others)
    try:
        answer = outgoing.fetch(request, seconds=SECONDS, largest=LONGEST_ANSWER)
    except OSError as error:
        raise DeliveryError(f"{type(error).__name__}: {error}"[:200]) from error
    return answer.status, answer.body


def json_object(content: bytes) -> dict[str, Any]:
    """The JSON object of an answer."""
    try:
        found = strict_json.decode(content)
    except msgspec.DecodeError as error:
        raise DeliveryError("the answer is no JSON") from error
    if not isinstance(found, dict):
        raise DeliveryError("the answer is no object")
    return found
