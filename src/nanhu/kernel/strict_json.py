"""JSON from outside, read as everybody else reads it: one member a name, UTF-8, no NaN, no half of a surrogate.

Of two members of one name a reader takes the first or the last; who checks and who acts must not read two different requests.
"""

import json
from typing import Any, overload

import msgspec


class JsonError(msgspec.DecodeError, ValueError):
    """Not JSON as we take it. What fits no type stays `msgspec.ValidationError`."""


class RepeatedMemberError(JsonError):
    """Two members of one name."""


@overload
def decode(body: bytes | str) -> Any: ...
@overload
def decode[T](body: bytes | str, kind: type[T]) -> T: ...
def decode(body: bytes | str, kind: Any = Any) -> Any:
    """The value of this type. Raises JsonError (also for nesting beyond reason) or msgspec.ValidationError."""
    try:
        value = msgspec.json.decode(body, type=kind)
        refuse_repeated(body)
    except (msgspec.ValidationError, JsonError):
        raise
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise JsonError(str(error)) from error
    return value


def refuse_repeated(body: bytes | str) -> None:
    """For a body that msgspec has read already. Raises JsonError."""
    try:
        read_members(body if isinstance(body, str) else body.decode())
    except JsonError:
        raise
    except (RecursionError, ValueError) as error:
        raise JsonError(str(error)) from error


def members(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _value in pairs}) != len(pairs):
        raise RepeatedMemberError("a member stands twice")


read_members = json.JSONDecoder(object_pairs_hook=members).decode
