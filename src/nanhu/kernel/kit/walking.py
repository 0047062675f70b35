"""Long lists that are walked by their last line and never counted: the last part costs what the first does (keyset).

`before` in the address says where a part begins; a mark that nobody gave is as good as none.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

LARGEST = 2**63 - 1


def part_of(rows: QuerySet[Any], size: int, mark: Callable[[Any], str]) -> tuple[list[Any], str]:
    """The first rows, and the mark of the last of them where others follow: `older` of their list."""
    found = list(rows[: size + 1])
    shown = found[:size]
    return shown, mark(shown[-1]) if len(found) > len(shown) else ""


def moment_mark(moment: datetime, number: int) -> str:
    return f"{moment.isoformat()}_{number}"


def moment_before(request: HttpRequest) -> tuple[datetime, int] | None:
    """Of rows in the order of a moment and their number."""
    said, _mark, digits = request.GET.get("before", "").partition("_")
    number = number_in(digits)
    try:
        moment = datetime.fromisoformat(said)
        in_utc = moment.astimezone(UTC)  # the database knows fewer offsets
    except (ValueError, OverflowError):
        return None
    return None if number is None or moment.tzinfo is None else (in_utc, number)


def number_before(request: HttpRequest) -> int | None:
    """Of rows in the order of their number."""
    return number_in(request.GET.get("before", ""))


def number_in(digits: str) -> int | None:
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= len(str(LARGEST))
    return min(int(digits), LARGEST) if is_number else None
