"""Days and what happens on them (日历): a day, a week or a month of a person, an office or a room, and the way to the days beside it."""

import calendar
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, Self, cast

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time, campus_today
from nanhu.kernel.kit.filters import Choice, Filters, OneDay, address_with
from nanhu.kernel.registry import Text
from nanhu.kernel.ui import dates

type Extent = Literal["day", "week", "month", "pair"]
"""A pair: a day and the one after it, which no address asks for."""
EXTENTS: Mapping[Extent, Text] = {"day": _("一天"), "week": _("一周"), "month": _("一个月")}
ONE_DAY = timedelta(days=1)
FIRST_DAY, LAST_DAY = date(2001, 1, 1), date(2099, 12, 31)
"""No address leads beyond them."""
MOST_OF_A_DAY: Mapping[Extent, int] = {"day": 500, "week": 12, "month": 4, "pair": 12}
"""What is shown of one day; the rest is a tap away, in the day itself."""


class HowMany(Choice):
    """How many days: chosen above the calendar, and no condition on rows."""

    def fields(self) -> Mapping[str, forms.Field]:
        return {"": forms.ChoiceField(choices=self.all_choices(), required=False, widget=forms.HiddenInput)}

    def condition(self, given: Mapping[str, Any]) -> Q | None:  # noqa: ARG002 - the page asks by it
        return None


class Around(OneDay):
    """The day around which: the same."""

    def widget(self) -> forms.HiddenInput:
        return forms.HiddenInput()

    def condition(self, given: Mapping[str, Any]) -> Q | None:  # noqa: ARG002 - the page asks by it
        return None


class CalendarFilters(Filters):
    """What the address of a calendar says: how many days, and around which; a room adds what it narrows by."""

    view = HowMany(_("范围"), EXTENTS.items())
    on = Around(_("日期"), first=FIRST_DAY, last=LAST_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happens, in words. `hours`: none where it takes whole days. `tone`: `warn`, `good`, or `gone` for what is cancelled;
    colour never speaks alone, so `warning` says why."""

    title: Text
    hours: str = ""
    url: str = ""
    place: Text = ""
    words: Text = ""
    source: Text = ""
    warning: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """`url`: the day alone; `hidden`: how many entries are shown there and not here."""

    day: date
    entries: Sequence[Entry]
    url: str = ""
    hidden: int = 0
    is_beside: bool = False
    """Of the month before or after the one that is shown."""

    @property
    def is_today(self) -> bool:
        return self.day == campus_today()

    @property
    def look(self) -> str:
        marks = {"is-today": self.is_today, "is-beside": self.is_beside, "is-free": not self.entries}
        return " ".join(mark for mark, holds in marks.items() if holds)

    @property
    def words(self) -> str:
        return dates.day(self.day, campus_today().year)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that an address asks for: `first` to `last`, of a month its whole weeks. `path`: where the calendar is, seen from
    another page."""

    extent: Extent
    day: date
    address: QueryDict = field(default_factory=QueryDict)
    path: str = ""

    @classmethod
    def of_address(cls, filters: Filters, *, usual: Extent = "week") -> Self:
        """Rubbish in the address asks for what is `usual`, around today."""
        said = filters.form.cleaned_data
        return cls(cast("Extent", said.get("view") or usual), said.get("on") or campus_today(), filters.query)

    @property
    def first(self) -> date:
        return span_of(self.extent, self.day)[0]

    @property
    def last(self) -> date:
        return span_of(self.extent, self.day)[1]

    @property
    def words(self) -> str:
        if self.extent == "day":
            return dates.day(self.day, campus_today().year)
        return dates.span_words(*self.own_span)

    @property
    def own_span(self) -> tuple[date, date]:
        """A month without what stands beside it."""
        return month_of(self.day) if self.extent == "month" else span_of(self.extent, self.day)

    def at(self, extent: Extent, day: date, **more: str) -> str:
        """The address of other days, narrowed as these are."""
        return self.path + address_with(self.address, {"view": extent, "on": day.isoformat()} | more)

    @property
    def before(self) -> str:
        return self.at(self.extent, self.own_span[0] - ONE_DAY)

    @property
    def now(self) -> str:
        return self.at(self.extent, campus_today())

    @property
    def after(self) -> str:
        return self.at(self.extent, self.own_span[1] + ONE_DAY)

    @property
    def extents(self) -> list[tuple[str, Text, str]]:
        return [(key, name, self.at(key, self.day)) for key, name in EXTENTS.items()]

    def days(self, happening: Callable[[date], Iterable[Entry]]) -> list[CalendarDay]:
        """Each with what happens on it, in the order given."""
        most = MOST_OF_A_DAY[self.extent]
        found = []
        for day in days_between(self.first, self.last):
            entries = list(happening(day))
            is_beside = self.extent == "month" and day.month != self.day.month
            rest = max(len(entries) - most, 0)
            found.append(CalendarDay(day, entries[:most], self.at("day", day), rest, is_beside))
        return found


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def span_of(extent: Extent, day: date) -> tuple[date, date]:
    """The day; it and the next; its week from Monday; the whole weeks of its month."""
    if extent == "day":
        return day, day
    if extent == "pair":
        return day, day + ONE_DAY
    if extent == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    first, last = month_of(day)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def month_of(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def hours_of(begin: Any, end: Any) -> str:
    """08:00–09:40; 17:00 前 for what has no length; nothing for whole days."""
    if not isinstance(begin, datetime) or not isinstance(end, datetime):
        return ""
    first, last = campus_time(begin), campus_time(end)
    if first == last:
        return say("%(time)s 前") % {"time": f"{first:%H:%M}"}
    is_same_day = first.date() == last.date()
    last_words = f"{last:%H:%M}" if is_same_day else f"{dates.short_day(last, first.year)} {last:%H:%M}"
    return f"{first:%H:%M}–{last_words}"
