"""Which day is a working day: pure, given the school's exceptions."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import chinese_calendar
from chinese_calendar import constants

FIRST_KNOWN_YEAR: int = min(constants.holidays).year
LAST_KNOWN_YEAR: int = max(constants.holidays).year
SATURDAY = 5
ONE_DAY = timedelta(days=1)

type Exceptions = Mapping[date, bool]


class DayKind(StrEnum):
    """`MOVED`: a day of the weekend on which one works (调休上班). `HOLIDAY`: off for another reason than being a weekend."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MOVED = "moved"


def is_known(year: int) -> bool:
    """Whether the library has the State Council's notice (放假安排) for the year."""
    return FIRST_KNOWN_YEAR <= year <= LAST_KNOWN_YEAR


def is_working_day(day: date, exceptions: Exceptions) -> bool:
    own = exceptions.get(day)
    return _is_publicly_working(day) if own is None else own


def kind_of(day: date, exceptions: Exceptions) -> DayKind:
    is_weekend = day.weekday() >= SATURDAY
    if is_working_day(day, exceptions):
        return DayKind.MOVED if is_weekend else DayKind.WORKING
    is_named = day in constants.holidays or exceptions.get(day) is False
    return DayKind.WEEKEND if is_weekend and not is_named else DayKind.HOLIDAY


def holiday_name(day: date) -> str:
    """国庆节, as the State Council's notice calls it; nothing where it names none."""
    name = constants.holidays.get(day)
    return constants.Holiday(name).chinese if name else ""


def add_working_days(day: date, count: int, exceptions: Exceptions) -> date:
    """The `count`-th working day after `day` (before it, when negative); `day` itself for 0, working or not."""
    step = ONE_DAY if count > 0 else -ONE_DAY
    remaining = abs(count)
    while remaining:
        day += step
        remaining -= is_working_day(day, exceptions)
    return day


def working_days_between(start: date, end: date, exceptions: Exceptions) -> int:
    """Working days after `start` up to and including `end`, so that adding them to `start` leads to `end` or before.
    Negative when `end` lies before `start`."""
    if end < start:
        return -working_days_between(end, start, exceptions)
    return sum(is_working_day(start + ONE_DAY * number, exceptions) for number in range(1, (end - start).days + 1))


@lru_cache(maxsize=20_000)
def _is_publicly_working(day: date) -> bool:
    if is_known(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < SATURDAY
