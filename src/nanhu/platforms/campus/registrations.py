"""What this room does when a term opens, what it adds to everybody's calendar, and what everybody finds of it in the menu."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta

from django.db.models import DateField
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.registry import (
    Application,
    CalendarFeed,
    Hit,
    LifePart,
    Occurrence,
    Searchable,
    TermStep,
    Text,
    TileContent,
    Viewer,
    applications,
    calendar_feeds,
    life_parts,
    of_keys,
    searchables,
    term_steps,
)
from nanhu.kernel.ui import words
from nanhu.platforms.campus import rules
from nanhu.platforms.campus.calendar_desk import day_words, unknown_words, week_words
from nanhu.platforms.campus.models import MovedDay, Room, Term
from nanhu.platforms.campus.queries import occupancy
from nanhu.platforms.campus.queries.terms import first_monday_of, is_foretold, term_days, term_on, term_with
from nanhu.platforms.campus.rules import DAYS_A_WEEK, Kind, TermDay

A_DAY = timedelta(days=1)
SATURDAY = 6
WEEKEND, EXAMS, UNKNOWN = "weekend", "exams", "unknown"
SORTS: dict[str, Text] = {
    Kind.LESSONS: _("上课的日子"),
    WEEKEND: _("周末"),
    EXAMS: _("考试周的日子"),
    Kind.OFF: _("放假和不上课"),
    Kind.UNDECIDED: _("调休未定"),
    UNKNOWN: _("放假未公布"),
}


def count_days(key: str) -> dict[str, int]:
    """Writes nothing: who opens a term sees what its days are, and whether they are all decided. Each counts once."""
    term = term_with(key)
    found = Counter(sort_of(term, one) for one in term_days(term))
    return {sort: found[sort] for sort in SORTS}


def sort_of(term: Term, one: TermDay) -> str:
    if not is_foretold(one):
        return UNKNOWN
    if one.kind is not Kind.LESSONS:
        return one.kind.value
    if week_of(term, one.day) > term.teaching_weeks:
        return EXAMS
    return Kind.LESSONS.value if one.is_moved or one.day.isoweekday() < SATURDAY else WEEKEND


def week_of(term: Term, day: date) -> int:
    return rules.week_of(first_monday_of(term), day)


TERMS = Prepared(
    lambda: Term.objects.filter(
        first_monday__lte=Given("until", DateField()), ends_on__gte=Given("since", DateField())
    ).order_by("first_monday")
)


def occurrences(_viewer: Viewer, since: date, until: date) -> Iterator[Occurrence]:
    """The weeks of each term, its days off and its moved days."""
    for term in TERMS(since=since, until=until):
        days = term_days(term)
        decided = {one.day: one for one in MovedDay.objects.filter(term=term)}
        shown = (*weeks(term, days), *odd_days(term, days, decided))
        yield from (one for one in shown if one.starts <= until and one.ends > since)


def weeks(term: Term, days: list[TermDay]) -> Iterator[Occurrence]:
    for number in range(1, term.weeks + 1):
        week = days[(number - 1) * DAYS_A_WEEK : number * DAYS_A_WEEK]
        first = week[0].day
        yield Occurrence(
            uid=f"campus.week.{term.key}.{number}",
            title=f"{week_words(term, number)} · {words.term(term.name)}",
            starts=first,
            ends=first + DAYS_A_WEEK * A_DAY,
            sequence=term.version,
            changed_at=term.changed_at,
            description=unknown_words(week),
        )


def odd_days(term: Term, days: Iterable[TermDay], decided: dict[date, MovedDay]) -> Iterator[Occurrence]:
    """A day that is off, moved, or waits to be decided: the same event before and after the decision, and after that is taken back."""
    for one in days:
        moved = decided.get(one.day)
        if one.kind is Kind.LESSONS and not one.is_moved:
            continue
        counts = moved is not None and moved.withdrawn_at is None
        yield Occurrence(
            uid=f"campus.day.{one.day}",
            title=day_words(one),
            starts=one.day,
            ends=one.day + A_DAY,
            sequence=moved.version if moved else 0,
            changed_at=(moved.withdrawn_at or moved.decided_at) if moved else term.changed_at,
            description=moved.reason if moved and counts else "",
        )


def term_tile(_viewer: Viewer) -> TileContent | None:
    """The week of the term, and what kind of day today is."""
    today = campus_today()
    term = term_on(today)
    if term is None:
        return None
    day = next(one for one in term_days(term) if one.day == today)
    return TileContent(
        value=week_words(term, week_of(term, today)),
        caption=day_words(day) if day.kind is not Kind.LESSONS or day.is_moved else words.term(term.name),
        url=reverse("campus:terms:calendar"),
    )


def room_hits(keys: Collection[str] | None = None) -> Iterator[Hit]:
    """Rooms whose week anybody may look at, by the name that the reader knows, with the building's."""
    rooms = occupancy.shared_rooms()
    for room in of_keys(rooms, keys, "place__key"):
        url, kind = reverse("campus:room", args=[room.place.key]), room.get_kind_display()
        yield Hit(key=room.place.key, title=room.place.full_name, url=url, detail=kind, words=room.place.key)


searchables.add(
    Searchable(
        key="campus.rooms",
        title=_("房间"),
        icon="door-open",
        hits=room_hits,
        of=Room,
        key_of=lambda room: room.place.key,
        order=42,
    )
)
life_parts.add(LifePart(key="campus.term", topic="term", load=term_tile))
term_steps.add(
    TermStep(
        key="campus.days",
        title=_("核对校历"),
        run=count_days,
        counts=SORTS,
        order=10,
    )
)
calendar_feeds.add(CalendarFeed(key="campus.terms", title=_("校历：教学周、放假、调休"), load=occurrences, order=10))
applications.add(
    Application(
        key="campus.calendar",
        name=_("校历"),
        icon="calendar-days",
        url=reverse_lazy("campus:terms:calendar"),
        section="study",
        owner=_("教务处"),
        description=_("教学周、放假和调休、今天的节次"),
        order=60,
    ),
    Application(
        key="campus.free_rooms",
        name=_("空闲房间"),
        icon="door-open",
        url=reverse_lazy("campus:free"),
        section="study",
        owner=_("后勤处"),
        description=_("哪间教室这时没有课"),
        order=61,
    ),
)
