"""Masking by content: numbers of documents, phones and accounts are known by their looks, whichever column they stand in."""

import re
from collections.abc import Mapping
from typing import Any, Final

from nanhu.platforms.datahub.cleaning.dates import clean_date
from nanhu.platforms.datahub.cleaning.text import Cell, text_of

BETWEEN: Final = r"[\W_]{0,3}"
DIGIT: Final = r"[\dOoIl]"
"""Also the letters that are typed in their place."""
LOOKS_SENSITIVE: Final = re.compile(rf"\d(?:{BETWEEN}{DIGIT}){{5,}}")
NUMBER: Final = re.compile(rf"[A-Za-z]{{0,3}}\d(?:{BETWEEN}{DIGIT}){{6,}}(?:{BETWEEN}[Xx])?")
LETTERED: Final = re.compile(r"[A-Za-z]{1,3}\d{7,}")
SHORTEST: Final = 11
LONGEST_DAY: Final = 8
COMMON: Final = re.compile(r"[\u3400-\u9fff]*")
"""As most names and words are, of which none is a number."""


def looks_sensitive(cell: Cell) -> bool:
    """Six digits or more that are no date; also with blanks and signs between them, and in full width."""
    if isinstance(cell, str) and ((is_long := is_long_number(cell)) or COMMON.fullmatch(cell)):
        return is_long
    if cell is None or not LOOKS_SENSITIVE.search(text := text_of(cell)):
        return False
    return clean_date(text) is None


def is_long_number(text: str) -> bool:
    """Digits alone, more than a day has."""
    return len(text) > LONGEST_DAY and text.isascii() and text.isdigit()


def masked(text: str, own: str = "") -> str:
    """Of such numbers only the first and last two characters; `own`, a campus number, stays."""
    return NUMBER.sub(lambda found: masked_number(found.group(), own), text)


def masked_number(text: str, own: str) -> str:
    plain = re.sub(r"[\W_]", "", text)
    is_sensitive = len(plain) >= SHORTEST or LETTERED.fullmatch(plain)
    if not is_sensitive or clean_date(text) is not None or (own and plain.upper() == own):
        return text
    return f"{plain[:2]}{'*' * (len(plain) - 4)}{plain[-2:]}"


def masked_facts(facts: Mapping[str, Any], own: str = "") -> dict[str, Any]:
    return {name: masked(value, own) if isinstance(value, str) else value for name, value in facts.items()}
