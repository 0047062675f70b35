"""From when on figures are counted."""

from datetime import datetime

from nanhu.kernel.clock import campus_today, start_of


def this_year() -> datetime:
    return start_of(campus_today().replace(month=1, day=1))
