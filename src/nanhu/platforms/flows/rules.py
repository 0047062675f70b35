"""Working minutes, countersigning, what time is left. Pure: no clock, no database."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from nanhu.kernel.calendar.hours import Timetable
from nanhu.kernel.clock import CAMPUS_ZONE, campus_time
from nanhu.kernel.folding import halfwidth, plain_dashes

type IsWorking = Callable[[date], bool]
ONE_DAY: Final = timedelta(days=1)
LONGEST_WALK: Final = 3660
"""Days; a promise that no working day keeps within ten years is no promise."""
NEARLY: Final = 0.8
LATEST: Final = 1000
"""Per cent of the promise after which nobody is told again."""


ALWAYS: Final = Timetable()
"""Of an office without seasons."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When an office works on a working day: spans from a time to a time, in order; those of its timetable, where that says anything of
    the day."""

    spans: tuple[tuple[time, time], ...]
    timetable: Timetable = ALWAYS

    def on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        own = self.timetable.spans_on(day, is_working=True)
        for first, last in self.spans if own is None else own:
            yield datetime.combine(day, first, CAMPUS_ZONE), datetime.combine(day, last, CAMPUS_ZONE)


def add_working_minutes(start: datetime, minutes: int, hours: Hours, is_working: IsWorking) -> datetime:
    """The moment at which so many minutes of work are done. With none to do, `start` itself."""
    left = timedelta(minutes=minutes)
    if left <= timedelta():
        return start
    for first, last in open_spans(start, hours, is_working):
        if left <= last - first:
            return first + left
        left -= last - first
    raise ValueError("no working day within ten years")


def working_minutes_between(start: datetime, end: datetime, hours: Hours, is_working: IsWorking) -> int:
    """Whole minutes of work from one moment to the other; none where the end lies before."""
    worked = timedelta()
    if end <= start:
        return 0
    for first, last in open_spans(start, hours, is_working):
        if first >= end:
            break
        worked += min(last, end) - first
    return int(worked.total_seconds() // 60)


def open_spans(start: datetime, hours: Hours, is_working: IsWorking) -> Iterator[tuple[datetime, datetime]]:
    """The spans of work from a moment on; the first may have begun before."""
    begun = campus_time(start)
    for number in range(LONGEST_WALK):
        day = begun.date() + ONE_DAY * number
        if not is_working(day):
            continue
        for first, last in hours.on(day):
            if last > begun:
                yield max(first, begun), last


type Answer = Literal["agree", "refuse"]
type Needed = Literal["all", "any", "first"] | int


def countersigned(answers: Sequence[Answer], signers: int, needed: Needed) -> Answer | None:
    """What so many signers have decided as soon as nothing can change it any more; None while it is open."""
    if needed == "first":
        return answers[0] if answers else None
    wanted = signers if needed == "all" else 1 if needed == "any" else min(needed, signers)
    agreed, refused = answers.count("agree"), answers.count("refuse")
    if agreed >= wanted:
        return "agree"
    return "refuse" if refused > signers - wanted else None


def lateness(used: int, promised: int) -> int:
    """0: in time, 80: four fifths of the promise are used, 100: all of it, 200: twice, and so on until nobody is told any more."""
    if promised <= 0:
        return 0
    if used >= promised:
        return min(used // promised * 100, LATEST)
    return 80 if used >= promised * NEARLY else 0


def paper_key(number: str) -> str:
    """The number of a paper, the same however it is written: 应急-007, 应急－007, 应急 007, 应急—007. Between two figures it matters that
    something stood (1-23 is not 12-3), elsewhere not; empty where nothing was written but dashes."""
    dashed = plain_dashes(halfwidth(number).upper())
    one_dash = re.sub(r"(?<=\d)[ -]+(?=\d)", "\0", dashed)
    return re.sub(r"[ -]+", "", one_dash).replace("\0", "-")
