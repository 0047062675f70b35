"""Pure rules: how long somebody may be vouched for."""

from datetime import date, timedelta

LONGEST = {
    "visitor": timedelta(days=90),
    "parent": timedelta(days=366),
    "partner": timedelta(days=366),
    "alumnus": timedelta(days=3 * 366),
}


def latest_day(kind: str, today: date) -> date:
    return today + LONGEST[kind]


def is_allowed_day(kind: str, day: date, today: date) -> bool:
    return today <= day <= latest_day(kind, today)
