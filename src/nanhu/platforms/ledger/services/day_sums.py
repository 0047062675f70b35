"""Per-day sums: made once a day is over and nothing of it can still be written, checked against its rows."""

from datetime import date, timedelta

from django.db import transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.values import all_rows, one_value, run
from nanhu.platforms.ledger.models import DaySum

MAY_WRITE = """
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
                      AND pid <> pg_backend_pid() AND xact_start < (%s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')"""


def sum_days(*, until: date | None = None) -> int:
    """Sum every day before `until` (today) that has no sums yet; how many. A day is left for later while a transaction that began
    in it goes on, also one that has written nothing: it may wait for a lock, and posts at the moment it began."""
    day, end, summed = first_open_day(), until or campus_today(), 0
    while day is not None and day < end and not may_be_written(day):
        sum_day(day)
        day, summed = day + timedelta(days=1), summed + 1
    return summed


def first_open_day() -> date | None:
    last = last_summed_day()
    if last is not None:
        return last + timedelta(days=1)
    first: date | None = one_value("SELECT (min(posted_at) AT TIME ZONE 'Asia/Shanghai')::date FROM ledger_transfer")
    return first


def last_summed_day() -> date | None:
    """Every day up to here counts as summed, also one without rows; `sum_days` always goes on from here."""
    return DaySum.objects.order_by("-day").values_list("day", flat=True).first()


def may_be_written(day: date) -> bool:
    return bool(one_value(MAY_WRITE, [day]))


def sum_day(day: date) -> None:
    with transaction.atomic():
        run("SELECT ledger_sum_day(%s)", [day])


def forget_sums(*, since: date) -> None:
    """Rows of the past are about to be brought in: those days are summed anew later."""
    DaySum.objects.filter(day__gte=since).delete()


def check_days(*, since: date = date.min) -> list[date]:
    """The days whose kept sums are not those of their rows."""
    days = DaySum.objects.filter(day__gte=since).order_by("day").values_list("day", flat=True).distinct()
    return [day for day in days if differences_of(day)]


def differences_of(day: date) -> list[tuple[str, int | None, int | None, int | None]]:
    return all_rows("SELECT * FROM ledger_check_day(%s)", [day])
