"""A request as it came, its answer as it goes, and whether it was signed under a key."""

import hmac
from typing import NamedTuple

from nanhu.platforms.terminals.wire import SEALED, request_text


class SignedRequest(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    terminal: str
    sequence: str
    clock: str
    signature: str
    address: str
    body: bytes


class Response(NamedTuple):
    """An answer as it goes; without a signature where we cannot know who asks."""

    status: int
    body: bytes
    signature: str = ""


def is_signed_by(key: bytes, number: str, request: SignedRequest) -> bool:
    text = request_text(
        method="POST",
        path=request.path,
        terminal=number,
        sequence=request.sequence,
        clock=request.clock,
        body=request.body,
    )
    return hmac.compare_digest(SEALED(key, text).hex().encode(), request.signature.encode())
