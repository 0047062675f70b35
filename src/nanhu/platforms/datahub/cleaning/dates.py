"""Dates in the many styles of the offices, and the serial numbers of spreadsheets."""

import re
from datetime import date, timedelta
from typing import Final

from nanhu.platforms.datahub.cleaning.text import Cell, text_of

SPREADSHEET_EPOCH: Final = date(1899, 12, 30)
SERIALS: Final = range(3_000, 80_000)
"""1908 to 2119 as a spreadsheet counts days; years such as 2019 stay outside."""
FULL: Final = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]\d{1,2}:\d{2}.*)?$")
MONTH: Final = re.compile(r"^(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))$")
COMPACT: Final = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2100, 1, 1)


def is_ambiguous(cell: Cell) -> bool:
    """2023.10 typed as a number is 2023.1: January or October."""
    return isinstance(cell, float) and bool(re.fullmatch(r"\d{4}\.1", repr(cell)))


def clean_date(cell: Cell) -> date | None:
    """None where nothing can be read, or two things. A month alone is its first day."""
    if is_ambiguous(cell):
        return None
    text = text_of(cell).replace(" 00:00:00", "")
    text = text if "T" in text or ":" in text else text.replace(" ", "")
    day = _by_number(text) if text.isdecimal() else _by_style(text)
    return day if day and EARLIEST <= day <= LATEST else None


def _by_number(text: str) -> date | None:
    if (compact := COMPACT.match(text)) is not None:
        return _day(*compact.groups())
    if (month := MONTH.match(text)) is not None:
        return _day(month.group(1), month.group(3) or "", "1")
    number = int(text) if len(text) <= 5 else 0  # noqa: PLR2004  (serial numbers have five digits)
    return SPREADSHEET_EPOCH + timedelta(days=number) if number in SERIALS else None


def _by_style(text: str) -> date | None:
    if (full := FULL.match(text)) is not None:
        return _day(*full.groups())
    if (month := MONTH.match(text)) is not None:
        return _day(month.group(1), month.group(2) or month.group(3), "1")
    if re.fullmatch(r"\d{4,5}\.0+", text):
        return _by_number(text.split(".", maxsplit=1)[0])
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
