"""Working days (工作日) of the school: the public calendar with its moved days (调休), and the school's own exceptions.

Owns the table of exceptions. Years that the calendar library does not know yet follow Monday to Friday and the
exceptions alone; `nanhu doctor` warns of them. `nanhu calendar` shows and changes the exceptions.
"""

from nanhu.kernel.calendar.rules import DayKind, holiday_name
from nanhu.kernel.calendar.working import (
    add_working_days,
    day_kind,
    is_working_day,
    is_year_known,
    working_days_between,
)

__all__ = [
    "DayKind",
    "add_working_days",
    "day_kind",
    "holiday_name",
    "is_working_day",
    "is_year_known",
    "working_days_between",
]
