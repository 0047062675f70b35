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


@lru_cache(maxsize=4)
def policy_in_hour(hour: int) -> str:
    return msgspec.json.encode(database_policy(campus_day(hour * 3600))).decode()


def offline_limits(moment: float) -> dict[str, int]:
    """What `hello` tells a terminal to hold to, on line and off."""
    rule = limits_on(campus_day(moment))
    names = ("meal_fen", "daily_fen", "meal_max_fen", "daily_max_fen", "offline_payment_fen", "offline_card_fen",
             "offline_total_fen", "offline_rows", "offline_days")  # fmt: skip
    return {name: getattr(rule, name) for name in names}
