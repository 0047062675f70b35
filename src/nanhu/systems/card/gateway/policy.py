"""The school's limits as the database functions take them, written anew each day."""

import time
from datetime import date, datetime
from functools import lru_cache

import msgspec

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.systems.card.pins.policy import database_policy, limits_on


def campus_day(moment: float) -> date:
    return datetime.fromtimestamp(moment, CAMPUS_ZONE).date()


def current_policy() -> str:
    """Once an hour is often enough: the campus's midnight is on the hour."""
    return policy_in_hour(int(time.time() // 3600))


def terminal_policy() -> str:
    """The same for what a terminal asks: with the bounds on one terminal (sql/card_terminal_turn.sql)."""
    return terminal_policy_in_hour(int(time.time() // 3600))


def terminal_bounds() -> str:
    return bounds_in_hour(int(time.time() // 3600))


@lru_cache(maxsize=4)
def policy_in_hour(hour: int) -> str:
    return msgspec.json.encode(database_policy(campus_day(hour * 3600))).decode()


@lru_cache(maxsize=4)
def terminal_policy_in_hour(hour: int) -> str:
    day = campus_day(hour * 3600)
    return msgspec.json.encode({**database_policy(day), "till": bounds_on(day)}).decode()


@lru_cache(maxsize=4)
def bounds_in_hour(hour: int) -> str:
    return msgspec.json.encode(bounds_on(campus_day(hour * 3600))).decode()


def bounds_on(day: date) -> dict[str, int]:
    """A minute's sales (n) and their sum (m), a day's without a PIN (d), refunds of a day (b), guesses of a minute (g)."""
    rule = limits_on(day)
    return {
        "n": rule.terminal_minute_payments, "m": rule.terminal_minute_fen, "d": rule.terminal_day_fen,
        "b": rule.terminal_day_refund_fen, "g": rule.terminal_minute_misses,
    }  # fmt: skip


def offline_limits(moment: float) -> dict[str, int]:
    """What `hello` tells a terminal to hold to, on line and off."""
    rule = limits_on(campus_day(moment))
    names = ("meal_fen", "daily_fen", "meal_max_fen", "daily_max_fen", "offline_payment_fen", "offline_card_fen",
             "offline_total_fen", "offline_rows", "offline_days")  # fmt: skip
    return {name: getattr(rule, name) for name in names}
