"""Reading members of a request's body: what is missing or of another kind is malformed."""

import re
from datetime import UTC, datetime
from typing import Any

from nanhu.platforms.terminals.errors import MalformedError
from nanhu.platforms.terminals.wire import LARGEST_SEQUENCE, json_object

LATEST_MOMENT = 2**33
LONGEST_TEXT = 400
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def read_object(body: bytes) -> dict[str, Any]:
    """An empty body is an empty object."""
    try:
        return json_object(body or b"{}")
    except ValueError as error:
        raise MalformedError from error


def text_in(body: dict[str, Any], name: str, *, longest: int = LONGEST_TEXT) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= longest or CONTROL.search(value):
        raise MalformedError
    return value.strip()


def whole_in(body: dict[str, Any], name: str, *, least: int = 1, most: int = LARGEST_SEQUENCE) -> int:
    """A whole JSON number, such as a sum in fen."""
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise MalformedError
    return value


def moment_in(body: dict[str, Any], name: str) -> datetime:
    """Unix seconds, whole or with a fraction."""
    value = body.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < LATEST_MOMENT:
        raise MalformedError
    return datetime.fromtimestamp(value, UTC)


def truth_in(body: dict[str, Any], name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise MalformedError
    return value
