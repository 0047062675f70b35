"""Free and taken as pages draw it: the seven days of many venues, the week of one by hours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel.clock import campus_today, day_named, end_of, start_of
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui import dates
from nanhu.platforms.campus import api as campus
from nanhu.services.venues import queries
from nanhu.services.venues.models import LIVING, Booking, Venue
from nanhu.services.venues.rules import cut, words_of
from nanhu.services.venues.services.holding import BOOKINGS

DAYS: Final = 7
BAND: Final = 60
MARKS: Final[Mapping[str, Any]] = {
    "lesson": gettext_lazy("课"),
    "exam": gettext_lazy("考"),
    "booking": gettext_lazy("约"),
    "meeting": gettext_lazy("会"),
    "upkeep": gettext_lazy("修"),
}


@dataclass(frozen=True, slots=True)
class Day:
    """Of the overview: free hours as bars (from, width) of a drawing that is 100 wide."""

    iso: str
    weekday: str
    number: int
    word: str
    hours: str
    bars: list[tuple[int, int]]


def week_from(first: date) -> list[date]:
    return [first + timedelta(days=number) for number in range(DAYS)]


def first_day_in(text: str) -> date:
    """That the address names, within a year from today; else today."""
    today, near = campus_today(), timedelta(days=400)
    return day_named(text, first=today - near, last=today + near)


def with_weeks(venues: Sequence[Any], first: date) -> Sequence[Any]:
    """Each with `week`: its free hours on seven days, all found at once."""
    days, ids = week_from(first), [one.pk for one in venues]
    free = queries.free_hours(ids, start_of(days[0]), end_of(days[-1]))
    opens, closes = queries.bounds_of(ids, days)
    for one in venues:
        spans = queries.by_day(free.get(one.pk, []), days)
        one.week = [day_of(day, spans[place], opens, closes) for place, day in enumerate(days)]
    return venues


def day_of(day: date, spans: Iterable[tuple[int, int]], opens: int, closes: int) -> Day:
    known = list(spans)
    width = max(closes - opens, 1)
    bars = [((a - opens) * 100 // width, max((b - a) * 100 // width, 1)) for a, b in known]
    minutes = sum(b - a for a, b in known)
    hours = _("空 %(hours)s 小时") % {"hours": f"{minutes / 60:g}"} if minutes else _("没有空")
    return Day(
        day.isoformat(), str(dates.WEEKDAYS[day.weekday()]), day.day, dates.day(day, campus_today().year), hours, bars
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """As <c-kit.slots> draws it. `state`: free, taken, own, closed."""

    state: str
    mark: str
    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a free hour and a taken one lead: to the form, to the line."""

    apply: str
    wait: str


@dataclass(frozen=True, slots=True)
class Week:
    days: list[tuple[str, str]]
    rows: list[tuple[str, list[Cell]]]


def week_of(venue: Venue, first: date, viewer: Viewer, leads: Leads) -> Week:
    """By the hour, from the first that is open on one of its days to the last."""
    days = week_from(first)
    since, until = start_of(days[0]), end_of(days[-1])
    free = queries.by_day(queries.free_hours([venue.pk], since, until).get(venue.pk, []), days)
    taken = taken_on(venue, days, viewer)
    opens, closes = queries.bounds_of([venue.pk], days)
    opens -= opens % BAND
    columns = [cut(free[place], opens, closes, BAND) for place in range(DAYS)]
    rows = [
        (
            words_of(columns[0][row][0]),
            [cell_of(day, columns[place][row], taken[place], leads) for place, day in enumerate(days)],
        )
        for row in range(len(columns[0]))
    ]
    return Week([(str(dates.WEEKDAYS[day.weekday()]), f"{day.month}/{day.day}") for day in days], rows)


type Taken = tuple[int, int, str]


def taken_on(venue: Venue, days: Sequence[date], viewer: Viewer) -> list[list[Taken]]:
    """Who stands there, by day: the kind alone, and which of them are the reader's own."""
    since, until = start_of(days[0]), end_of(days[-1])
    standing = list(campus.stays(venue.room, since, until))
    own = own_keys(standing, viewer)
    return [
        [
            (*queries.minutes_on((one.during.lower, one.during.upper), day), "own" if one.key in own else one.kind)
            for one in standing
            if one.during.lower < end_of(day) and one.during.upper > start_of(day)
        ]
        for day in days
    ]


def own_keys(standing: Iterable[Any], viewer: Viewer) -> set[str]:
    keys = [one.key for one in standing if one.source == BOOKINGS]
    mine = Booking.objects.filter(public_id__in=keys, application__person=viewer.person_id or 0, state__in=LIVING)
    return {str(one) for one in mine.values_list("public_id", flat=True)} if keys else set()


def cell_of(day: date, band: tuple[int, int, bool], taken: Iterable[Taken], leads: Leads) -> Cell:
    begins, ends, is_free = band
    kinds = [kind for a, b, kind in taken if a < ends and b > begins]
    said = {"time": f"{dates.day(day, campus_today().year)} {words_of(begins)}"}
    named = f"?day={day.isoformat()}&from={begins}"
    if is_free:
        return Cell("free", "", _("%(time)s 空，点了就约") % said, leads.apply + named)
    if "own" in kinds:
        return Cell("own", _("我"), _("%(time)s 您已约") % said)
    if kinds:
        return Cell("taken", str(MARKS.get(kinds[0], "")), _("%(time)s 有人用，点了排候补") % said, leads.wait + named)
    return Cell("closed", "", _("%(time)s 不能约") % said)
