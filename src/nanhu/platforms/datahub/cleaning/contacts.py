"""Phones and mail addresses: read where they can be read, else empty, never a reason to refuse a person."""

import re
from typing import Final

from nanhu.platforms.datahub.cleaning.text import Cell, text_of, whole

MOBILE: Final = re.compile(r"^1[3-9]\d{9}$")
BETWEEN_PHONES: Final = re.compile(r"[/,;、|或]")
EMAIL: Final = re.compile(r"^[a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(\.[a-z0-9-]+)+$")
LENGTH: Final = 11


def clean_phone(cell: Cell) -> str:
    """The first mobile number in the cell: eleven digits, or ""."""
    text = text_of(cell)
    if len(text) == LENGTH and text.isascii() and text.isdigit():
        return text if MOBILE.match(text) else ""
    for part in BETWEEN_PHONES.split(text):
        digits = "".join(c for c in whole(part.strip()) if c.isascii() and c.isdigit())
        for prefix in ("0086", "86"):
            if digits.startswith(prefix) and len(digits) == LENGTH + len(prefix):
                digits = digits.removeprefix(prefix)
        if len(digits) == 2 * LENGTH:
            digits = digits[:LENGTH]
        if MOBILE.match(digits):
            return digits
    return ""


def clean_email(cell: Cell) -> str:
    text = text_of(cell).replace(" ", "").casefold()
    return text if EMAIL.match(text) else ""
