"""Cells as they are read: everything is text as somebody would type it."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from nanhu.kernel.folding import unspaced

LONGEST: Final = 500


def text_of(value: Any) -> str:
    """A number as the program that made the file shows it, in fifteen digits: the sum of 0.1 and 0.2 is 0.3. Days as 2026-12-31.
    The apostrophe that our own exports put before a sign is taken off again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format(Decimal(f"{value:.15g}"), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, date | time | timedelta | int):
        return str(value)
    return str(value).replace("\0", "").strip().removeprefix("'")[:LONGEST]


def head_of(text: str) -> str:
    """A head however it is set: without blanks, marks of what is needed, or the width of its brackets."""
    return unspaced(text).rstrip("*")
