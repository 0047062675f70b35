"""Days of grace (宽限期): how long an account outlives the last tie of its person, by what that tie was."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.school import school
from nanhu.platforms.people import api as people

DEFAULT_DAYS: Mapping[str, int] = {"student": 30, "staff": 7, "temporary": 0, "guest": 0}
MOST_DAYS = 36_600
"""A hundred years."""


def grace_days() -> Mapping[str, int]:
    """By kind of affiliation, or by the code of a category, which wins; `[identity.grace_days]` of the school's file."""
    table = school().table("identity.grace_days")
    return {**DEFAULT_DAYS, **{kind: table.whole(kind, 0, most=MOST_DAYS) for kind in table.members}}


def grace_end(card: people.PersonCard) -> datetime | None:
    """The latest end of grace among all that has ended: the first moment at which the account is over.

    No days means at once, also where the last day is today: a sponsor's word ends a guest.
    """
    days = grace_days()
    ends = [
        datetime.combine(tie.ends_on + timedelta(days=1 + more), time(), CAMPUS_ZONE)
        for tie in card.affiliations
        if tie.ends_on is not None and tie.state == "ended"
        if (more := days.get(tie.category, days.get(tie.kind, 0))) > 0
    ]
    return max(ends, default=None)
