"""Cells as text: what a spreadsheet, a keyboard and a clerk add to a value is taken away."""

import re
from functools import lru_cache
from typing import Final
from unicodedata import is_normalized

from nanhu.platforms.people.api import halfwidth

type Cell = str | int | float | None

TEXT_MARKS: Final = "'‘’`\t"
FORMULA_TEXT: Final = re.compile(r'^=\s*"(.*)"$')
SCIENTIFIC: Final = re.compile(r"^\d(\.\d+)?E\+?\d+$", re.IGNORECASE)
PLAIN: Final = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.:/_-]*[0-9A-Za-z])?")
FRACTION: Final = re.compile(r"(?<=\d)\.0{1,2}$")
EMPTY_WORDS: Final = frozenset({"", "-", "—", "--", "/", "\\", "无", "空", "null", "none", "nan", "n/a", "#n/a"})
LARGEST_EXACT: Final = 2**53
MOST_KEPT: Final = 8192
LONGEST_KEPT: Final = 40
"""So many cells of no more characters are kept with what is read of them."""


def text_of(cell: Cell) -> str:
    """Half width, single spaces, without the apostrophe that forces text and without ="…"."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        cell = f"{cell:.0f}" if cell.is_integer() and abs(cell) < LARGEST_EXACT else repr(cell)
    text = str(cell)
    return read_again(text) if len(text) <= LONGEST_KEPT else read(text)


def read(text: str) -> str:
    if is_clean(text):
        return text
    text = " ".join(halfwidth(text).split())
    text = text.strip(TEXT_MARKS + " ")
    wrapped = FORMULA_TEXT.match(text) if text.startswith("=") else None
    return wrapped.group(1).strip() if wrapped else text


read_again = lru_cache(maxsize=MOST_KEPT)(read)
"""A cell is asked for several times while its line is read, and a column mostly says the same again and again."""


def is_clean(text: str) -> bool:
    """Nothing is to be taken away, as of nearly every cell; told at a tenth of the cost of doing it."""
    return PLAIN.fullmatch(text) is not None or (text.isalnum() and is_normalized("NFKC", text))


def squeezed(cell: Cell) -> str:
    """As `text_of`, without any space: for numbers and codes."""
    return text_of(cell).replace(" ", "")


def whole(text: str) -> str:
    """A number that another program wrote as a fraction: 14231100001.0."""
    return FRACTION.sub("", text)


def is_empty(text: str) -> bool:
    return text.casefold() in EMPTY_WORDS


def lost_precision(cell: Cell) -> bool:
    """A number whose last digits a spreadsheet threw away: 4.30602E+17, or a numeric cell of more than 15 digits."""
    if isinstance(cell, float):
        return abs(cell) >= 10**15
    if isinstance(cell, int):
        return False
    return bool(SCIENTIFIC.match(squeezed(cell)))
