"""When rules hold and which of them decides. Pure; the database says the same in sql/access_decide.sql."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

DAY = timedelta(days=1)
MIDNIGHT = time()
EVERY_DAY = 0b111_1111
"""Of a rule's weekdays, Monday the lowest bit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A rule as far as it matters here: whether it names a person, whether it allows, and its times."""

    id: int
    is_allowed: bool
    names_person: bool = False
    weekdays: int = EVERY_DAY
    from_time: time = MIDNIGHT
    until_time: time = MIDNIGHT
    starts_on: date = date.min
    ends_on: date | None = None

    def holds(self, at: datetime) -> bool:
        """On the wall clock of the campus. A rule over midnight belongs to the day it begins."""
        moment, day = at.time(), at.date()
        if self.from_time < self.until_time and not self.from_time <= moment < self.until_time:
            return False
        if self.from_time > self.until_time:
            if self.until_time <= moment < self.from_time:
                return False
            day -= DAY if moment < self.until_time else timedelta()
        return self.starts_on <= day <= (self.ends_on or date.max) and bool(self.weekdays >> day.weekday() & 1)


def deciding(rules: Iterable[Spoken], at: datetime) -> Spoken | None:
    """A person denied, a person allowed, a group denied, a group allowed: the first of these; None leaves the door closed."""
    held = (rule for rule in rules if rule.holds(at))
    return min(held, key=lambda rule: (not rule.names_person, rule.is_allowed, rule.id), default=None)


def windows(rules: Collection[Spoken], *, first: date, days: int) -> list[tuple[datetime, datetime]]:
    """When these rules together let through, from the first day on, as long as they go without a break."""
    start = datetime.combine(first, MIDNIGHT)
    cuts = {datetime.combine(first + n * DAY, at) for n in range(days) for at in times_of(rules)}
    edges = [*sorted(cuts), start + days * DAY]
    found: list[tuple[datetime, datetime]] = []
    for begin, end in pairwise(edges):
        rule = deciding(rules, begin)
        if rule is None or not rule.is_allowed:
            continue
        if found and found[-1][1] == begin:
            begin = found.pop()[0]  # noqa: PLW2901
        found.append((begin, end))
    return found


def times_of(rules: Iterable[Spoken]) -> set[time]:
    return {MIDNIGHT, *(at for rule in rules for at in (rule.from_time, rule.until_time))}


def without_days(
    found: Iterable[tuple[datetime, datetime]], closed: Collection[date]
) -> list[tuple[datetime, datetime]]:
    """The same windows without those whole days."""
    left: list[tuple[datetime, datetime]] = []
    for begin, end in found:
        while begin < end:
            midnight = datetime.combine(begin.date() + DAY, MIDNIGHT)
            if begin.date() not in closed:
                left.append((begin, min(end, midnight)))
            begin = midnight  # noqa: PLW2901
    return joined(left)


def joined(pieces: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for begin, end in pieces:
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found
