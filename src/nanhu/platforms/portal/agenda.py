"""A person's calendar by days (日程): what the rooms' feeds give in order of time, with what meets at the same time named."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from django.utils.translation import gettext as _

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_time
from nanhu.kernel.kit import calendars
from nanhu.kernel.kit.calendars import ONE_DAY, Calendar, CalendarDay, hours_of
from nanhu.kernel.registry import CalendarFeed, Occurrence, Viewer
from nanhu.platforms.portal.guard import attempt, is_slow

LONG = timedelta(days=5)
"""What takes this long (a teaching week) stands over the days, not in each of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An occurrence as a page shows it; `meets` are the titles of what happens to the same person meanwhile."""

    occurrence: Occurrence
    feed: CalendarFeed
    meets: tuple[str, ...] = ()

    @property
    def hours(self) -> str:
        return hours_of(self.occurrence.starts, self.occurrence.ends)

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
    def tone(self) -> str:
        if self.occurrence.is_cancelled:
            return "gone"
        return "warn" if self.meets else "good" if self.is_long else ""

    @property
    def shown(self) -> calendars.Entry:
        one = self.occurrence
        return calendars.Entry(
            title=one.title,
            hours=self.hours,
            url=one.url,
            place=one.place,
            words=one.description,
            source=self.feed.title,
            warning=_("同一时间还有：%(what)s") % {"what": "、".join(self.meets)} if self.meets else "",
            tone=self.tone,
        )

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
class Agenda:
    days: Sequence[CalendarDay]
    over: Sequence[Entry]
    """What takes a week or more."""
    unread: Sequence[str]
    """Titles of feeds that broke."""


def agenda_of(viewer: Viewer, days: Calendar, only: str = "") -> Agenda:
    """Everything that happens to somebody on these days, or what one feed says of it."""
    entries, unread = [], []
    for feed in registry.calendar_feeds:
        if only and feed.key != only:
            continue
        if is_slow(f"calendar:{feed.key}"):
            unread.append(str(feed.title))
            continue
        outcome = attempt(f"calendar:{feed.key}", partial(loaded, feed, viewer, days.first, days.last))
        entries += outcome.value or []
        unread += [str(feed.title)] if outcome.error_number else []
    shown = sorted(with_clashes(entries), key=Entry.order)
    happens = partial(happening, shown, opens=days.extent == "month")
    return Agenda(
        days=days.days(lambda day: [one.shown for one in happens(day)]),
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
