"""A request as it came, its answer as it goes, and under which of a terminal's keys it was signed."""

import hmac
from typing import NamedTuple, Protocol, Self

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


class Signer(Protocol):
    """A named tuple with a terminal's keys in it. `next_key` is good beside `key` until it was used or its window ends."""

    @property
    def number(self) -> str: ...
    @property
    def key(self) -> bytes: ...
    @property
    def next_key(self) -> bytes | None: ...
    @property
    def next_version(self) -> int | None: ...
    def _replace(self, **changes: object) -> Self: ...


def signer_of[T: Signer](terminal: T, request: SignedRequest) -> T | None:
    """The terminal under the key that signed: its own, or the next one while both are good."""
    if is_signed_by(terminal.key, terminal.number, request):
        return terminal
    if terminal.next_key is None or terminal.next_version is None:
        return None
    if not is_signed_by(terminal.next_key, terminal.number, request):
        return None
    return terminal._replace(  # a named tuple's own
        key=terminal.next_key, key_version=terminal.next_version, next_key=None, next_version=None
    )


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
