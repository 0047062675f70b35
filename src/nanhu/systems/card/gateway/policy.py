"""The school's limits as the database functions take them, written anew each day."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.systems.card.pins.policy import database_policy, limits_on
from nanhu.systems.card.rights.catalogue import CLASSES, by_default


def campus_day(moment: float) -> date:
    return datetime.fromtimestamp(moment, CAMPUS_ZONE).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """JSON for the database: of a payment, of what a terminal asks (with its bounds, sql/card_terminal_turn.sql), the bounds alone."""

    payment: str
    terminal: str
    bounds: str


def current_policy() -> str:
    return policies_in_hour(int(time.time() // 3600)).payment


def terminal_policy() -> str:
    return policies_in_hour(int(time.time() // 3600)).terminal


def terminal_bounds() -> str:
    return policies_in_hour(int(time.time() // 3600)).bounds


@lru_cache(maxsize=4)
def policies_in_hour(hour: int) -> Policies:
    """Once an hour is often enough: the campus's midnight is on the hour. `shut`: the classes that pay nowhere where no rule speaks."""
    day = campus_day(hour * 3600)
    shut = [card_class for card_class in CLASSES if not by_default(card_class, "consume")]
    payment, bounds = {**database_policy(day), "shut": shut}, bounds_on(day)
    return Policies(payment=said(payment), terminal=said({**payment, "till": bounds}), bounds=said(bounds))


def said(policy: Mapping[str, Any]) -> str:
    return msgspec.json.encode(policy).decode()


def bounds_on(day: date) -> dict[str, int]:
    """A minute's sales (n) and their sum (m), a day's without a PIN (d), refunds of a day (b), guesses of a minute (g), cases
    in suspense that nobody has answered (s), balances told of a number alone on a day (t)."""
    rule = limits_on(day)
    return {
        "n": rule.terminal_minute_payments,
        "m": rule.terminal_minute_fen,
        "d": rule.terminal_day_fen,
        "b": rule.terminal_day_refund_fen,
        "g": rule.terminal_minute_misses,
        "s": rule.terminal_open_cases,
        "t": rule.terminal_day_told,
    }


def offline_limits(moment: float) -> dict[str, int]:
    """What `hello` tells a terminal to hold to, on line and off."""
    rule = limits_on(campus_day(moment))
    names = (
        "meal_fen",
        "daily_fen",
        "meal_max_fen",
        "daily_max_fen",
        "offline_payment_fen",
        "offline_card_fen",
        "offline_total_fen",
        "offline_rows",
        "offline_days",
    )
    return {name: getattr(rule, name) for name in names}
