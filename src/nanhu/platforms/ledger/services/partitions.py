"""Months of the transfer table: made ahead, so that the net below (the default partition) stays empty."""

from dataclasses import dataclass
from datetime import date

from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.values import all_rows, one_value

MONTHS_AHEAD = 6


@dataclass(frozen=True, slots=True)
class Month:
    name: str
    rows: int


def add_months(first: date, last: date) -> int:
    """Make the partitions of these months where they are missing; returns how many were made."""
    return int(one_value("SELECT ledger_add_months(%s, %s)", [first, last]))


def add_months_ahead() -> int:
    """This month and MONTHS_AHEAD after it, whatever day it is."""
    today = campus_today()
    return add_months(today, month_after(today, MONTHS_AHEAD))


def month_after(day: date, months: int) -> date:
    """The first day of the month that comes so many months after the day's own."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def months() -> list[Month]:
    return [
        Month(name, rows)
        for name, rows in all_rows(
            "SELECT c.relname, greatest(c.reltuples, 0)::bigint FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'ledger_transfer'::regclass ORDER BY c.relname"
        )
    ]


def rows_outside_months() -> int:
    return int(one_value("SELECT count(*) FROM ledger_transfer_default"))


def last_month() -> str:
    return max((month.name for month in months() if month.name != "ledger_transfer_default"), default="")
