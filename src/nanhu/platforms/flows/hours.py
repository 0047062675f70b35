"""The school's office hours and owners of processes, from the tables [flows] and [flows.owners] of the school's file."""

from collections.abc import Mapping
from datetime import datetime, time
from functools import cache
from typing import Final

from nanhu.kernel.calendar import is_working_day
from nanhu.kernel.school import school
from nanhu.platforms.flows import rules
from nanhu.platforms.flows.rules import Hours

USUAL: Final = "09:00-12:30 15:30-18:30"


@cache
def office_hours() -> Hours:
    return read_hours()


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


def span_of(said: str) -> tuple[time, time]:
    first, last = said.split("-")
    return time.fromisoformat(first), time.fromisoformat(last)


def read_owners() -> Mapping[str, str]:
    """Codes of the units that own processes, by the processes' keys, where they are others than the program says."""
    table = school().table("flows.owners")
    return {key: table.text(key, "") for key in table.members}


def due_after(start: datetime, minutes: int) -> datetime:
    return rules.add_working_minutes(start, minutes, office_hours(), is_working_day)


def minutes_between(start: datetime, end: datetime) -> int:
    """Negative where the end lies before the start."""
    if end < start:
        return -rules.working_minutes_between(end, start, office_hours(), is_working_day)
    return rules.working_minutes_between(start, end, office_hours(), is_working_day)
