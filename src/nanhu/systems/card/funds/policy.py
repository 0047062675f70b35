"""What this school says about reissue and pending money, from its file."""

from datetime import date

from nanhu.kernel.clock import campus_today
from nanhu.kernel.school import school
from nanhu.systems.card.funds.rules import ReissueRule, read_rules, rule_on

MOST_DAYS = 36_600
"""A hundred years."""


def reissue_rule(day: date | None = None) -> ReissueRule:
    """The rule of a day, of today without one."""
    return rule_on(day or campus_today(), read_reissue_rules())


def read_reissue_rules() -> list[ReissueRule]:
    return read_rules(school().tables("card.reissue"))


def unclaimed_return_days() -> int:
    """After how many days an unclaimed load or top-up goes back to the bank; 0 for never (A148, by choice)."""
    return school().table("card").whole("unclaimed_return_days", 0, most=MOST_DAYS)
