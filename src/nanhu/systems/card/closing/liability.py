"""Who bears what is sold on a card after it was reported lost (挂失责任). Dated tables of the school's file:

    [[card.loss_liability]]
    from = 2026-09-01
    school_bears = true
    after_minutes = 0

The latest that has begun counts. Without any the school bears it from the moment of the report.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from nanhu.kernel.school import school

FIRST_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiabilityRule:
    since: date = FIRST_DAY
    school_bears: bool = True
    after: timedelta = timedelta()


def rule_on(day: date) -> LiabilityRule:
    rows = school().raw.get("card", {}).get("loss_liability", [])
    begun = sorted((rule_of(row) for row in rows if row.get("from", FIRST_DAY) <= day), key=lambda rule: rule.since)
    return begun[-1] if begun else LiabilityRule()


def rule_of(row: Mapping[str, Any]) -> LiabilityRule:
    return LiabilityRule(
        since=row.get("from", FIRST_DAY), school_bears=bool(row.get("school_bears", True)),
        after=timedelta(minutes=int(row.get("after_minutes", 0))),
    )  # fmt: skip
