"""The rhythm of a campus: which days are full, when people eat, how the term breathes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar

SHANGHAI = timezone(timedelta(hours=8))
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Day:
    """One day as people live it. Factors are the share of a usual term day."""

    date: date
    midnight: int  # seconds since the epoch, campus time
    is_free: bool
    students: float
    staff: float
    is_term_start: bool


@dataclass(frozen=True, slots=True)
class Meal:
    """When (minutes after midnight, spread) on working and on free days, and the usual price in fen."""

    name: str
    at: int
    spread: int
    at_free: int
    spread_free: int
    low_fen: int
    high_fen: int


BREAKFAST = Meal("breakfast", 7 * 60 + 32, 16, 8 * 60 + 40, 32, 300, 850)
LUNCH = Meal("lunch", 12 * 60 + 4, 13, 12 * 60 + 8, 26, 850, 1750)
DINNER = Meal("dinner", 17 * 60 + 48, 24, 17 * 60 + 52, 34, 800, 1650)
NIGHT = Meal("night", 21 * 60 + 25, 22, 21 * 60 + 20, 28, 500, 1300)
MEALS = (BREAKFAST, LUNCH, DINNER, NIGHT)


def days_before(until: datetime, count: int) -> list[Day]:
    """The last `count` days, the day of `until` among them."""
    last = until.astimezone(SHANGHAI).date()
    return [day_of(last - timedelta(days=back)) for back in reversed(range(count))]


def day_of(day: date) -> Day:
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC).timestamp())
    free = is_free(day)
    students, staff = (0.78, 0.12) if free else (1.0, 1.0)
    if is_vacation(day):
        students, staff = 0.03, staff * 0.35
    elif is_long_holiday(day):
        students, staff = 0.22, 0.06
    starts = (day.month, day.day) in TERM_STARTS
    return Day(day, midnight, free, students, staff, starts)


TERM_STARTS = {(month, day) for month, first in ((9, 1), (2, 22)) for day in range(first, first + 7)}


def is_free(day: date) -> bool:
    """Weekends and public holidays, with the moved working days where the calendar knows the year."""
    try:
        return bool(chinese_calendar.is_holiday(day))
    except NotImplementedError:
        return day.weekday() >= 5 or (day.month, day.day) in NATIONAL_DAYS


NATIONAL_DAYS = {(10, day) for day in range(1, 8)} | {(1, 1)} | {(5, day) for day in range(1, 4)}


def is_long_holiday(day: date) -> bool:
    return (day.month, day.day) in NATIONAL_DAYS and is_free(day)


def is_vacation(day: date) -> bool:
    """Summer from 8 July to 30 August, winter from 18 January to 20 February."""
    return (7, 8) <= (day.month, day.day) <= (8, 30) or (1, 18) <= (day.month, day.day) <= (2, 20)
