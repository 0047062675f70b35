"""Time: stored in UTC, shown in the campus's zone."""

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from zoneinfo import ZoneInfo

CAMPUS_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    return datetime.now(UTC)


def now_of_files(folder: Path) -> float:
    """In seconds of the epoch by the clock that dates this folder's files: on a share that is another machine's."""
    with TemporaryFile(dir=folder) as file:
        return os.fstat(file.fileno()).st_mtime


def campus_time(moment: datetime) -> datetime:
    """The same moment on the campus's clocks."""
    return moment.astimezone(CAMPUS_ZONE)


def on_campus(found: datetime) -> datetime:
    """Of a clock that says no zone (an office's, MySQL's): it is the campus's."""
    return found if found.tzinfo else found.replace(tzinfo=CAMPUS_ZONE)


def campus_today() -> date:
    return campus_time(now()).date()


def start_of(day: date) -> datetime:
    """The first moment of a day of the campus."""
    return datetime.combine(day, time(), CAMPUS_ZONE)


def end_of(day: date) -> datetime:
    """The first moment after it; of the last day that can be written, its own last moment."""
    return datetime.combine(day, time.max, CAMPUS_ZONE) if day == date.max else start_of(day + timedelta(days=1))


def day_named(text: str, *, first: date, last: date) -> date:
    """The day that an address names; today where it names none, or none between these."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return campus_today()
    return day if first <= day <= last else campus_today()
