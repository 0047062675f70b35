"""Who has a network, and what is wrong with a kiosk, judged from what it said and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

ONLINE: Final = timedelta(seconds=90)
"""Heard of so lately a device has a network."""
INCIDENT_DAYS: Final = timedelta(days=1)
LATE: Final = timedelta(minutes=5)
"""Silent for so long a kiosk is an alarm."""
LOW_CARDS: Final = 20


@dataclass(frozen=True, slots=True)
class Condition:
    """As a kiosk reports it; `cards_left` is None where it holds no blank cards."""

    paper: str = "full"
    cards_left: int | None = None
    fault: str = ""


def is_online(last_seen: datetime | None, *, at: datetime) -> bool:
    return last_seen is not None and at - last_seen <= LATE


def troubles(condition: Condition) -> frozenset[str]:
    """The kinds of alarms that hold now."""
    found = {f"paper_{condition.paper}"} if condition.paper in {"low", "out"} else set()
    if condition.cards_left is not None and condition.cards_left <= LOW_CARDS:
        found.add("cards_out" if condition.cards_left == 0 else "cards_low")
    if condition.fault:
        found.add(condition.fault)
    return frozenset(found)


def serves(kind: str, found: frozenset[str], *, online: bool) -> bool:
    """Whether it is worth the walk: without paper it still works, without blank cards it makes none."""
    stops = {"jam", "reader", "writer"} | ({"cards_out"} if kind == "reissue_kiosk" else set())
    return online and not found & stops
