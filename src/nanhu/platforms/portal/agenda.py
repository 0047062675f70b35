"""A person's calendar by days (日程): what the rooms' feeds give in order of time, with what meets at the same time named."""

import calendar
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Literal

from django.utils.translation import gettext as _

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_time, campus_today
from nanhu.kernel.registry import CalendarFeed, Occurrence, Viewer
from nanhu.kernel.ui import dates
from nanhu.platforms.portal.guard import attempt, is_slow

type Extent = Literal["day", "week", "month"]
ONE_DAY = timedelta(days=1)
LONG = timedelta(days=5)
"""What takes this long (a teaching week) stands over the days, not in each of them."""
FIRST_DAY, LAST_DAY = date(2001, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Entry:
    """An occurrence as a page shows it; `meets` are the titles of what happens to the same person meanwhile."""

    occurrence: Occurrence
    feed: CalendarFeed
    meets: tuple[str, ...] = ()

    @property
    def hours(self) -> str:
        """08:00–09:40; 17:00 for what has no length; nothing for whole days."""
        begin, end = self.occurrence.starts, self.occurrence.ends
        if not isinstance(begin, datetime) or not isinstance(end, datetime):
            return ""
        first, last = campus_time(begin), campus_time(end)
        if first == last:
            return _("%(time)s 前") % {"time": f"{first:%H:%M}"}
        last_words = (
            f"{last:%H:%M}" if first.date() == last.date() else f"{dates.short_day(last, first.year)} {last:%H:%M}"
        )
        return f"{first:%H:%M}–{last_words}"

    @property
    def takes_time(self) -> bool:
        one = self.occurrence
        return isinstance(one.starts, datetime) and one.ends > one.starts and not one.is_cancelled

    @property
    def is_long(self) -> bool:
        return (
            not isinstance(self.occurrence.starts, datetime) and self.occurrence.ends - self.occurrence.starts >= LONG
        )

    @property
    def look(self) -> str:
        if self.occurrence.is_cancelled:
            return "agenda-gone"
        return "agenda-clash" if self.meets else "agenda-long" if self.is_long else ""

    def days(self) -> tuple[date, date]:
        """The first and the last day on which it happens."""
        begin, end = self.occurrence.starts, self.occurrence.ends
        if isinstance(begin, datetime) and isinstance(end, datetime):
            last = campus_time(max(begin, end - timedelta(microseconds=1)))
            return campus_time(begin).date(), last.date()
        return begin, max(begin, end - ONE_DAY)

    def order(self) -> tuple[bool, str, str]:
        """Whole days first, then by the clock."""
        begin = self.occurrence.starts
        if isinstance(begin, datetime):
            return True, campus_time(begin).isoformat(), str(self.occurrence.title)
        return False, begin.isoformat(), str(self.occurrence.title)


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    entries: Sequence[Entry]
    is_today: bool
    is_beside: bool = False
    """Of the month before or after the one that is shown."""

    @property
    def look(self) -> str:
        marks = {"is-today": self.is_today, "is-beside": self.is_beside, "is-free": not self.entries}
        return " ".join(mark for mark, holds in marks.items() if holds)

    @property
    def words(self) -> str:
        return dates.day(self.day, campus_today().year)


@dataclass(frozen=True, slots=True)
class Agenda:
    days: Sequence[Day]
    over: Sequence[Entry]
    """What takes a week or more."""
    unread: Sequence[str]
    """Titles of feeds that broke."""


def agenda_of(viewer: Viewer, first: date, last: date, only: str = "", month: int | None = None) -> Agenda:
    """Everything that happens to somebody from a day to a day, or what one feed says of it."""
    entries, unread = [], []
    for feed in registry.calendar_feeds:
        if only and feed.key != only:
            continue
        if is_slow(f"calendar:{feed.key}"):
            unread.append(str(feed.title))
            continue
        outcome = attempt(f"calendar:{feed.key}", partial(loaded, feed, viewer, first, last))
        entries += outcome.value or []
        unread += [str(feed.title)] if outcome.error_number else []
    shown = sorted(with_clashes(entries), key=Entry.order)
    return Agenda(
        days=[
            Day(
                day,
                happening(shown, day, opens=month is not None),
                is_today=day == campus_today(),
                is_beside=month not in {None, day.month},
            )
            for day in days_between(first, last)
        ],
        over=[one for one in shown if one.is_long],
        unread=unread,
    )


def loaded(feed: CalendarFeed, viewer: Viewer, first: date, last: date) -> list[Entry]:
    found = [Entry(one, feed) for one in feed.load(viewer, first, last)]
    return [one for one in found if one.days()[0] <= last and one.days()[1] >= first]


def happening(entries: Iterable[Entry], day: date, *, opens: bool) -> list[Entry]:
    """What happens on a day; of what is long that which begins on it, where that `opens` there."""
    spans = [(one, one.days()) for one in entries]
    return [one for one, (first, last) in spans if (opens and day == first if one.is_long else first <= day <= last)]


def with_clashes(entries: Sequence[Entry]) -> list[Entry]:
    """A person is at one place at a time: each of two that overlap names the other."""
    timed = sorted((one for one in entries if one.takes_time), key=Entry.order)
    met: defaultdict[str, list[str]] = defaultdict(list)
    for index, one in enumerate(timed):
        for other in timed[index + 1 :]:
            if other.occurrence.starts >= one.occurrence.ends:
                break
            met[one.occurrence.uid].append(str(other.occurrence.title))
            met[other.occurrence.uid].append(str(one.occurrence.title))
    return [replace(one, meets=tuple(met[one.occurrence.uid])) if one.occurrence.uid in met else one for one in entries]


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def span_of(extent: Extent, day: date) -> tuple[date, date]:
    """The day; its week from Monday; the whole weeks of its month."""
    if extent == "day":
        return day, day
    if extent == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    first, last = month_of(day)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def month_of(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def beside(extent: Extent, day: date) -> tuple[date, date]:
    """A day of the extent before, and of the one after."""
    first, last = month_of(day) if extent == "month" else span_of(extent, day)
    return first - ONE_DAY, last + ONE_DAY


def words_of(extent: Extent, day: date) -> str:
    if extent == "day":
        return dates.day(day, campus_today().year)
    first, last = month_of(day) if extent == "month" else span_of(extent, day)
    return dates.span_words(first, last)
