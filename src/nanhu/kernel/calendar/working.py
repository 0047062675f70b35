"""Working days as every room asks for them. The exceptions are kept in memory for a minute."""

from datetime import date

from django.apps import apps

from nanhu.kernel.calendar import rules
from nanhu.kernel.calendar.rules import DayKind
from nanhu.kernel.remembered import Remembered

KEPT_SECONDS = 60


def is_working_day(day: date) -> bool:
    return rules.is_working_day(day, exceptions())


def day_kind(day: date) -> DayKind:
    """Whether one works on it, and why not; days of the weekend on which one works are told apart."""
    return rules.kind_of(day, exceptions())


def is_year_known(year: int) -> bool:
    """Whether its days off are published, or the school wrote exceptions of its own; else its weekdays are a guess."""
    return rules.is_known(year) or any(day.year == year for day in exceptions())


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day` (before it, when negative); `day` itself for 0, working or not."""
    return rules.add_working_days(day, count, exceptions())


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
    return rules.working_days_between(start, end, exceptions())


def read_exceptions() -> dict[date, bool]:
    model = apps.get_model("calendar", "CalendarException")  # asked late: this package is imported before the models
    return dict(model._default_manager.values_list("date", "is_working"))  # noqa: SLF001 - the name for a model held as a value


exceptions = Remembered(read_exceptions, seconds=KEPT_SECONDS)


def forget_exceptions() -> None:
    """Read the table again at the next question."""
    exceptions.forget()
