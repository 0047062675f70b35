"""Pure rules of assets: depreciation of a month, compensation of a loss, least years of service, who approves a disposal."""

import re
from calendar import monthrange
from datetime import date
from typing import Final

from nanhu.kernel.folding import halfwidth, plain_dashes

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
    return re.sub(r"-+", "-", plain_dashes("".join(halfwidth(typed).upper().split())))
