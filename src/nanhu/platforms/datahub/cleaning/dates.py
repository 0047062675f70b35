"""Dates in the many styles of the offices, and the serial numbers of spreadsheets."""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from nanhu.platforms.datahub.cleaning.text import LONGEST_KEPT, MOST_KEPT, Cell, text_of, whole

SPREADSHEET_EPOCH: Final = date(1899, 12, 30)
SERIALS: Final = range(3_000, 80_000)
"""1908 to 2119 as a spreadsheet counts days; years such as 2019 stay outside."""
FULL: Final = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?(?:[T ]\d{1,2}:\d{2}.*)?$")
MONTH: Final = re.compile(r"^(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))$")
SHORT: Final = re.compile(r"^(\d{2})(?:\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(?:(\d{1,2})[日号])?)$")
"""With a stroke between it may begin with the month or the day: that is not read."""
FIRST_OF_1900: Final = 40
"""Two digits of a year: from here on of the last century."""
TENS: Final = re.compile(r"([一二三]?)十([一二三四五六七八九]?)")
NUMERALS: Final = str.maketrans("〇零○一二三四五六七八九", "000123456789")
WITH_TIME: Final = re.compile(r"^(\d{5})\.\d+$")
COMPACT: Final = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2100, 1, 1)


def is_ambiguous(cell: Cell) -> bool:
    """2023.10 typed as a number is 2023.1: January or October."""
    return isinstance(cell, float) and bool(re.fullmatch(r"\d{4}\.1", repr(cell)))


def is_month(cell: Cell) -> bool:
    """Whether no day is said: 200503, 2005-03, 05年3月, 二〇〇五年三月."""
    text = text_of(cell)
    return _is_month(text) if len(text) <= LONGEST_KEPT else _is_month.__wrapped__(text)


@lru_cache(maxsize=MOST_KEPT)
def _is_month(text: str) -> bool:
    text = _in_digits(text.replace(" ", ""))
    short = SHORT.match(text)
    return bool(MONTH.match(text)) or bool(short and short.group(4) and not short.group(5))


def clean_date(cell: Cell) -> date | None:
    """None where nothing can be read, or two things. A month alone is its first day."""
    if is_ambiguous(cell):
        return None
    text = text_of(cell)
    return _read(text) if len(text) <= LONGEST_KEPT else _read.__wrapped__(text)


@lru_cache(maxsize=MOST_KEPT)
def _read(text: str) -> date | None:
    """Everybody of a class came on one day, and nobody is born on more than some thousand."""
    text = text.replace(" 00:00:00", "")
    text = text if "T" in text or ":" in text else text.replace(" ", "")
    text = _in_digits(text) if "年" in text else text
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
    if (short := SHORT.match(text)) is not None:
        year, *rest = filter(None, short.groups())
        century = "19" if int(year) >= FIRST_OF_1900 else "20"
        return _day(century + year, *(*rest, "1")[:2])
    serial = WITH_TIME.match(text)
    plain = serial.group(1) if serial else whole(text)
    return _by_number(plain) if plain != text and plain.isdecimal() else None


def _in_digits(text: str) -> str:
    """二〇〇三年九月十一日 → 2003年9月11日."""
    tens = TENS.sub(lambda found: f"{found.group(1) or '1'}{found.group(2) or '0'}", text)
    return tens.translate(NUMERALS)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
