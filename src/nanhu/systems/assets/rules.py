"""Pure rules of assets: depreciation of a month, compensation of a loss, least years of service, who approves a disposal."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

NOMINAL_FEN: Final = 100
"""名义金额: one yuan, where nobody knows the value; never depreciated."""
THRESHOLD_FEN: Final = 100_000
"""From it on a single thing is a fixed asset (单位价值); below it only a batch of alike things is."""
COUNCIL_FEN: Final = 10_000_000
FINANCE_FEN: Final = 500_000_000
MONTHS_KEY: Final = "assets.depreciation"
"""Alone with the months (`lock_key`): a run and a close. Beside one another (`keep_months`): what changes a thing between them."""
SHARES: Final = {"intent": Decimal(1), "neglect": Decimal("0.5"), "none": Decimal(0)}
LEAST_SHARE: Final = Decimal("0.1")


def month_of(day: date) -> date:
    return day.replace(day=1)


def month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_between(first: date, later: date) -> int:
    """Whole calendar months: 0 within one."""
    return (later.year - first.year) * 12 + later.month - first.month


def depreciation_of(base_fen: int, months: int, k: int) -> int:
    """Of month k (from 1): the difference of two floors, so that all months together are the base."""
    if not 1 <= k <= months:
        return 0
    return base_fen * k // months - base_fen * (k - 1) // months


def compensation_fen(*, value_fen: int, accumulated_fen: int, fault: str) -> int:
    """Net value by the share of the fault, and at least a tenth of the value; nothing where nobody is at fault."""
    share = SHARES[fault]
    if not share:
        return 0
    owed = (Decimal(value_fen - accumulated_fen) * share).quantize(Decimal(1), ROUND_HALF_UP)
    least = (Decimal(value_fen) * LEAST_SHARE).quantize(Decimal(1), ROUND_HALF_UP)
    return int(max(owed, least))


def level_of(value_fen: int) -> str:
    """Who approves a disposal of this sum."""
    return "finance" if value_fen >= FINANCE_FEN else "council" if value_fen >= COUNCIL_FEN else "office"
