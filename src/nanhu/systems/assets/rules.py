"""Pure rules of assets: depreciation of a month, compensation of a loss, least years of service, who approves a disposal."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from nanhu.kernel.folding import plain_dashes, unspaced

NOMINAL_FEN: Final = 100
"""名义金额: one yuan, where nobody knows the value; never depreciated."""
MONTHS_KEY: Final = "assets.depreciation"
"""Alone with the months (`lock_key`): a run and a close. Beside one another (`keep_months`): what changes a thing between them."""


def month_of(day: date) -> date:
    return day.replace(day=1)


def month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_between(first: date, later: date) -> int:
    """Whole calendar months: 0 within one."""
    return (later.year - first.year) * 12 + later.month - first.month


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last one of its month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Period:
    """Days for which a rent is due, both included. `whole_days`: of such a period that is not cut short."""

    ordinal: int
    starts_on: date
    ends_on: date
    whole_days: int

    def share_fen(self, rent_fen: int) -> int:
        """Of the rent of a whole period, by days, a part of a fen left out; a fen at least."""
        return max(1, rent_fen * days_of(self.starts_on, self.ends_on) // self.whole_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Of a letting: until when, under which contract, and what it costs: `rent_fen` for so many months (0: for all of it), whom it is
    billed to (`payer_id`)."""

    due_on: date
    contract: str
    rent_fen: int = 0
    rent_months: int = 0
    payer_id: int | None = None


def days_of(first: date, last: date) -> int:
    return (last - first).days + 1


def rent_periods(starts_on: date, due_on: date, months: int) -> Iterator[Period]:
    """One after the other without a gap, each so many months long, the last cut short by the day it is due back. 0 months: one for all of it."""
    if not months:
        yield Period(1, starts_on, due_on, days_of(starts_on, due_on))
        return
    for k in range(days_of(starts_on, due_on)):
        begins, next_begins = months_later(starts_on, k * months), months_later(starts_on, (k + 1) * months)
        if begins > due_on:
            return
        ends = next_begins - timedelta(days=1)
        yield Period(k + 1, begins, min(ends, due_on), days_of(begins, ends))


def days_over(starts_on: date, due_on: date, months: int, back_on: date) -> Period | None:
    """What was kept longer than until the day it was due back, at the rate of a whole period; None where it came in time."""
    if back_on <= due_on:
        return None
    *_before, last = rent_periods(starts_on, due_on, months)
    return Period(last.ordinal + 1, due_on + timedelta(days=1), back_on, last.whole_days)


def depreciation_of(base_fen: int, months: int, k: int) -> int:
    """Of month k (from 1): the difference of two floors, so that all months together are the base."""
    if not 1 <= k <= months:
        return 0
    return base_fen * k // months - base_fen * (k - 1) // months


def compensation_fen(*, value_fen: int, accumulated_fen: int, permille: int, least_permille: int) -> int:
    """So much of the net value, and at least so much of the value; half a fen is a fen."""
    owed, least = (value_fen - accumulated_fen) * permille, value_fen * least_permille
    return (max(owed, least) + 500) // 1000


def level_of(value_fen: int, *, council_fen: int, finance_fen: int) -> str:
    """Who approves a disposal of this sum."""
    return "finance" if value_fen >= finance_fen else "council" if value_fen >= council_fen else "office"


def class_above(code: str) -> str:
    """The class that it is part of: A020101 → A0201; "" of one at the top."""
    return code[:-2] if len(code) > len("A02") else ""


def voucher_number(typed: str) -> str:
    """As vouchers and invoices are kept and compared: half width, capitals, no blanks, one kind of dash."""
    return re.sub(r"-+", "-", plain_dashes(unspaced(typed).upper()))
