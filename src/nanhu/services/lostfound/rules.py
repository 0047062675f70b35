"""Pure rules of lost and found: numbers that must not be posted, how well two posts fit."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from nanhu.kernel.folding import folded, grams, halfwidth

MOST_PHOTOS: Final = 6
SHOWN_FOR: Final = timedelta(days=30)
PHONE_KEPT: Final = timedelta(days=30)
"""After the end."""
ITEM_KEPT: Final = timedelta(days=365)
REVIEW_MINUTES: Final = 240
"""Of work: four hours."""
TRUSTED_AFTER: Final = 5
MOST_POSTS_A_DAY: Final = 10
MOST_LOOKS_A_DAY: Final = 5
MOST_CONVERSATIONS_A_DAY: Final = 20
MOST_CLAIMS_A_DAY: Final = 5
MOST_REPORTS_A_DAY: Final = 5
BAR_DAYS: Final = (7, 30, 180)
"""For which somebody may be kept from writing messages."""
MOST_WRONG_CLAIMS: Final = 3
LARGEST_CASH_FEN: Final = 50_000
NEAR_DAYS: Final = 3
MOST_MATCHES: Final = 3
LEAST_SCORE: Final = 0.25
LIKELY_SCORE: Final = 0.5
"""From which on both are told, and not only shown."""
PAIR: Final = 2
ICONS: Final[Mapping[str, str]] = {
    "card": "id-card",
    "phone": "smartphone",
    "device": "headphones",
    "book": "book-open",
    "clothes": "shirt",
    "key": "key-round",
    "umbrella": "umbrella",
    "cash": "banknote",
    "other": "package",
}

DIGITS: Final = str.maketrans("零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
DATE: Final = re.compile(r"(?<!\d)20\d{2}[-./年]?(0?[1-9]|1[0-2])[-./月]?(0?[1-9]|[12]\d|3[01])(?!\d)")
BOOK: Final = re.compile(
    r"97[89](?:[- ]?\d){10}(?!\d)|(?<!\d)(?:\d+-){3}[\dxX](?![\dxX])|(?<=ISBN)\W{0,3}(?:\d[- ]?){9}[\dxX]"
)
SPREAD: Final = re.compile(r"\d(?:[\W_]{0,6}\d)*[\W_]{0,6}[xX]?")
"""A number with anything but letters between its digits."""
MOBILE_OR_ID: Final = re.compile(r"1[3-9]\d{9}|\d{17}[\dxX]")
IN_ONE: Final = re.compile(r"\d{7}|\d{6}[xX]")
OF_PERSONS: Final = range(10, 13)
"""Digits of a card, a campus number, a phone with its area."""
ISBN_LENGTHS: Final = (10, 13)


def without_books(text: str) -> str:
    return BOOK.sub(lambda found: "书" if is_isbn(found[0]) else found[0], halfwidth(text).translate(DIGITS))


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
    return any(MOBILE_OR_ID.search(joined(one)) for one in SPREAD.findall(without_books(text)))


def has_private_number(text: str) -> bool:
    """Those, and what looks like a line, a card, a campus number; rooms, times, days and books are none."""
    plain = DATE.sub("日", without_books(text))
    spread = [one for one in SPREAD.findall(plain) if len(joined(one)) in OF_PERSONS and re.search(r"\d{4}", one)]
    return has_phone(text) or IN_ONE.search(plain) is not None or bool(spread)


def visible(text: str) -> str:
    """Without signs that nobody sees, or that turn the direction of what follows."""
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf").strip()


def pairs(text: str) -> frozenset[str]:
    return frozenset(one for one in grams(re.sub(r"[^\w\s]", " ", folded(text))) if len(one) == PAIR)


def overlap(first: str, second: str) -> float:
    """How much of the pairs of letters two texts share (Dice), 0 to 1."""
    one, other = pairs(first), pairs(second)
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def nearness(first: datetime, second: datetime) -> float:
    """1 at the same moment, 0 from three days on."""
    return max(0.0, 1 - abs(first - second) / timedelta(days=NEAR_DAYS))


def place_score(first: tuple[str, ...], second: tuple[str, ...]) -> float | None:
    """Of paths from the campus down: 1 the same place, 0.7 the same building, 0.3 the same campus; None: on another campus."""
    if not first or not second:
        return 0.3
    if first[0] != second[0]:
        return None
    if first == second:
        return 1.0
    return 0.7 if len(first) > 1 and first[1:2] == second[1:2] else 0.3


def score(*, words: float, place: float, time: float) -> float:
    return 0.5 * words + 0.3 * place + 0.2 * time
