"""Pure rules of reissue: fees, the wait for frozen money, who goes to the kiosk. Dated tables of the school's file (ruling 4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nanhu.kernel.clock import campus_time
from nanhu.kernel.school.tables import Table

FIRST_DAY = date(2000, 1, 1)
MOST_HOURS = 8_784
"""A year."""
INTERNATIONAL_STUDENT = "留学生"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReissueRule:
    """Holds from a day on. `skip_holidays`: what falls due on a day of rest is due on the next working day."""

    since: date = FIRST_DAY
    lost_fee_fen: int = 2_000
    damaged_fee_fen: int = 0
    frozen_hours: int = 72
    skip_holidays: bool = False

    def fee_fen(self, reason: str) -> int:
        return self.lost_fee_fen if reason == "lost" else self.damaged_fee_fen


def read_rules(tables: Iterable[Table]) -> list[ReissueRule]:
    return sorted(map(rule_of, tables), key=lambda rule: rule.since)


def rule_of(table: Table) -> ReissueRule:
    table.only({"from", "lost_fee_fen", "damaged_fee_fen", "frozen_hours", "skip_holidays"})
    usual = ReissueRule()
    return ReissueRule(
        since=table.day("from", FIRST_DAY),
        lost_fee_fen=table.whole("lost_fee_fen", usual.lost_fee_fen),
        damaged_fee_fen=table.whole("damaged_fee_fen", usual.damaged_fee_fen),
        frozen_hours=table.whole("frozen_hours", usual.frozen_hours, most=MOST_HOURS),
        skip_holidays=table.yes("skip_holidays", usual=usual.skip_holidays),
    )


def rule_on(day: date, rules: Iterable[ReissueRule]) -> ReissueRule:
    """The latest that has begun."""
    begun = [rule for rule in rules if rule.since <= day]
    return begun[-1] if begun else ReissueRule()


def claimable_from(moment: datetime, rule: ReissueRule, is_working_day: Callable[[date], bool]) -> datetime:
    due = moment + timedelta(hours=rule.frozen_hours)
    while rule.skip_holidays and not is_working_day(campus_time(due).date()):
        due += timedelta(days=1)
    return due


def may_use_kiosk(card_class: str, sub_class: str) -> bool:
    """Manual §5.4.7: students with an ID card; international students and staff go to the office."""
    return card_class == "student" and sub_class != INTERNATIONAL_STUDENT
