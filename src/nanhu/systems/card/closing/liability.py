"""Who bears what is sold on a card after it was reported lost (挂失责任). Dated tables of the school's file:

    [[card.loss_liability]]
    from = 2026-09-01
    school_bears = true
    after_minutes = 0

The latest that has begun counts. Without any the school bears it from the moment of the report.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from nanhu.kernel.school import school
from nanhu.kernel.school.tables import Table

FIRST_DAY = date(2000, 1, 1)
MOST_MINUTES = 527_040
"""A year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiabilityRule:
    since: date = FIRST_DAY
    school_bears: bool = True
    after: timedelta = timedelta()


def rule_on(day: date) -> LiabilityRule:
    begun = [rule for rule in read_rules() if rule.since <= day]
    return begun[-1] if begun else LiabilityRule()


def read_rules() -> list[LiabilityRule]:
    return sorted(map(rule_of, school().tables("card.loss_liability")), key=lambda rule: rule.since)


def rule_of(table: Table) -> LiabilityRule:
    table.only({"from", "school_bears", "after_minutes"})
    return LiabilityRule(
        since=table.day("from", FIRST_DAY),
        school_bears=table.yes("school_bears", usual=True),
        after=timedelta(minutes=table.whole("after_minutes", 0, most=MOST_MINUTES)),
    )
