"""Numbers of persons in words that others read: phones, IDs, cards and campus numbers, however they are written."""

import re
import unicodedata
from typing import Final

from nanhu.kernel.folding import halfwidth

DIGITS: Final = str.maketrans("零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
DATE: Final = re.compile(r"(?<!\d)20\d{2}[-./年]?(0?[1-9]|1[0-2])[-./月]?(0?[1-9]|[12]\d|3[01])(?!\d)")
BOOK: Final = re.compile(
    r"97[89](?:[- ]?\d){10}(?!\d)|(?<!\d)(?:\d+-){3}[\dxX](?![\dxX])|(?<=ISBN)\W{0,3}(?:\d[- ]?){9}[\dxX]"
)
TIME: Final = re.compile(r"(?<!\d)(?:[01]?\d|2[0-4]):[0-5]\d(?!\d)")
OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
ADDRESS: Final = re.compile(rf"(?<![\d.])(?:{OCTET}\.){{3}}{OCTET}(?![\d.])")
SPREAD: Final = re.compile(r"\d(?:[\W_]{0,6}\d)*[\W_]{0,6}[xX]?")
"""A number with anything but letters between its digits."""
MOBILE_OR_ID: Final = re.compile(r"1[3-9]\d{9}|\d{17}[\dxX]")
IN_ONE: Final = re.compile(r"\d{7}|\d{6}[xX]")
OF_PERSONS: Final = range(10, 13)
"""Digits of a card, a campus number, a phone with its area."""
ISBN_LENGTHS: Final = (10, 13)


def without_others(text: str) -> str:
    """Nor times of day, of which three make a phone (14:00、15:00、16:00), nor addresses on the network."""
    plain = BOOK.sub(lambda found: "书" if is_isbn(found[0]) else found[0], halfwidth(text).translate(DIGITS))
    return ADDRESS.sub("址", TIME.sub("时", plain))


def is_isbn(text: str) -> bool:
    """By its check digit, where it has ten."""
    signs = re.sub(r"[^\dxX]", "", text)
    values = [10 if sign in "xX" else int(sign) for sign in signs]
    is_ten = len(signs) == ISBN_LENGTHS[0] and sum(one * (10 - at) for at, one in enumerate(values)) % 11 == 0
    return is_ten or len(signs) == ISBN_LENGTHS[1]


def joined(spread: str) -> str:
    return re.sub(r"[\W_]", "", spread)


def has_phone(text: str) -> bool:
    """A mobile phone or an ID, whatever but letters stands between its digits."""
    return any(MOBILE_OR_ID.search(joined(one)) for one in SPREAD.findall(without_others(text)))


def has_private_number(text: str) -> bool:
    """Those, and what looks like a line, a card, a campus number; rooms, times, days and books are none."""
    plain = DATE.sub("日", without_others(text))
    spread = [one for one in SPREAD.findall(plain) if len(joined(one)) in OF_PERSONS and re.search(r"\d{4}", one)]
    return has_phone(text) or IN_ONE.search(plain) is not None or bool(spread)


def visible(text: str) -> str:
    """Without signs that nobody sees, or that turn the direction of what follows."""
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf").strip()
