"""Pure rules of lost and found: how well two posts fit, how much of what may be done."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from nanhu.kernel.folding import folded, grams

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
