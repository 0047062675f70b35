"""Working days as every room asks for them. The exceptions are kept in memory for a minute."""

import time
from datetime import date
from functools import lru_cache

from django.apps import apps

from nanhu.kernel.calendar import rules

KEPT_SECONDS = 60


def is_working_day(day: date) -> bool:
    return rules.is_working_day(day, exceptions())


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day` (before it, when negative); `day` itself for 0, working or not."""
    return rules.add_working_days(day, count, exceptions())


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
    return rules.working_days_between(start, end, exceptions())


def exceptions() -> dict[date, bool]:
    return _exceptions_of(int(time.monotonic() // KEPT_SECONDS))


@lru_cache(maxsize=1)
def _exceptions_of(_minute: int) -> dict[date, bool]:
    model = apps.get_model("calendar", "CalendarException")  # asked late: this package is imported before the models
    return dict(model._default_manager.values_list("date", "is_working"))  # noqa: SLF001 - the name for a model held as a value


def forget_exceptions() -> None:
    """Read the table again at the next question."""
    _exceptions_of.cache_clear()
