"""Office hours: of a unit by season and closed day, as the shared table unit.hours has them, else the school's, from the table [flows] of
the school's file; there, too, [flows.owners], who owns which process."""

import logging
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.utils.translation import ngettext

from nanhu.kernel.calendar import is_working_day
from nanhu.kernel.calendar.hours import Season, Span, Timetable, span_of, spans_of
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.school import school
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows import rules
from nanhu.platforms.flows.rules import Hours

log = logging.getLogger(__name__)
TABLE: Final = "unit.hours"
USUAL: Final = "09:00-12:30 15:30-18:30"


@cache
def office_hours() -> Hours:
    return read_hours()


def read_timetables() -> dict[str, Timetable]:
    """Of each unit by its code; of the school under no code. Whoever writes the table: a row that cannot be read is left out."""
    found: dict[str, list[Season]] = {}
    for row in datahub.rows(TABLE):
        try:
            spans = spans_of(row.hours or ""), spans_of(row.other_hours or "")
        except ValueError:
            log.exception(
                "hours of unit %s from %s are none: %r, %r", row.unit_code, row.starts_on, row.hours, row.other_hours
            )
            continue
        one = Season(row.starts_on, row.ends_on, *spans, is_closure=row.kind == "closed")
        for code in (row.unit_code, "") if row.is_school else (row.unit_code,):
            found.setdefault(code, []).append(one)
    return {code: Timetable(tuple(seasons)) for code, seasons in found.items()}


timetables: Final = Remembered(read_timetables, seconds=60)


def hours_of(unit_code: str = "") -> Hours:
    """Of a unit; without one the school's. On days of which its timetable says nothing, those of the school's file."""
    return Hours(office_hours().spans, timetables().get(unit_code, timetables().get("", Timetable())))


def school_spans(*, is_working: bool) -> tuple[Span, ...]:
    """Of the school's file: where no timetable says anything of a day."""
    return tuple(Span(*one) for one in office_hours().spans) if is_working else ()


def unit_of(case: Any) -> str:
    """Whose hours a case goes by: those of the unit that owns its process."""
    unit = case.definition.unit
    return unit.code if unit else ""


def read_hours() -> Hours:
    """Of the school's file. Raises SchoolFileError."""
    table = school().table("flows")
    said = table.text("hours", USUAL)
    try:
        spans = tuple(span_of(one) for one in said.split())
    except ValueError as error:
        raise table.fault("hours", said, USUAL) from error
    if not spans or any(first >= last for first, last in spans):
        raise table.fault("hours", said, USUAL)
    return Hours(spans)


def read_owners() -> Mapping[str, str]:
    """Codes of the units that own processes, by the processes' keys, where they are others than the program says."""
    table = school().table("flows.owners")
    return {key: table.text(key, "") for key in table.members}


def due_after(start: datetime, minutes: int, unit_code: str = "") -> datetime:
    return rules.add_working_minutes(start, minutes, hours_of(unit_code), is_working_day)


def used_of_case(case: Any, at: datetime) -> int:
    """Working minutes until then, without those in which its clock stood."""
    left = case.minutes_left if case.due_at is None else None
    return max(used_of(case.promised, case.due_at, at, unit_of(case)) if left is None else case.promised - left, 0)


def used_of(promised: int, due_at: datetime, at: datetime, unit_code: str = "") -> int:
    """Of a promise, by when it has to be kept: what the alarm and the figures shown beside the promise go by."""
    return promised - minutes_between(at, due_at, unit_code)


def in_words(minutes: int) -> str:
    """Working days of the school's hours, and hours."""
    spans = office_hours().spans
    days, rest = divmod(
        minutes, sum(60 * (last.hour - first.hour) + last.minute - first.minute for first, last in spans)
    )
    hours = -(-rest // 60)
    if not days:
        return ngettext("%(n)s 小时", "%(n)s 小时", hours) % {"n": hours}
    whole = ngettext("%(n)s 个工作日", "%(n)s 个工作日", days) % {"n": days}
    return f"{whole} " + ngettext("%(n)s 小时", "%(n)s 小时", hours) % {"n": hours} if hours else whole


def minutes_between(start: datetime, end: datetime, unit_code: str = "") -> int:
    """Negative where the end lies before the start."""
    hours = hours_of(unit_code)
    if end < start:
        return -rules.working_minutes_between(end, start, hours, is_working_day)
    return rules.working_minutes_between(start, end, hours, is_working_day)
