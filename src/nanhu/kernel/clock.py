"""Time: stored in UTC, shown in the campus's zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CAMPUS_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    return datetime.now(UTC)


def campus_time(moment: datetime) -> datetime:
    """The same moment on the campus's clocks."""
    return moment.astimezone(CAMPUS_ZONE)


def campus_today() -> date:
    return campus_time(now()).date()
