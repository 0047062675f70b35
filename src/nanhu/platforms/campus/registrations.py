"""What this room does when a term opens, what it adds to everybody's calendar, and what everybody finds of it in the menu."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import (
    Application,
    CalendarFeed,
    Occurrence,
    TermStep,
    Viewer,
    applications,
    calendar_feeds,
    term_steps,
)
from nanhu.platforms.campus.calendar_desk import day_words, week_words
from nanhu.platforms.campus.models import MovedDay, Term
from nanhu.platforms.campus.queries.terms import term_days, term_with
from nanhu.platforms.campus.rules import DAYS_A_WEEK, Kind, TermDay

A_DAY = timedelta(days=1)


def count_days(key: str) -> dict[str, int]:
    """Writes nothing: who opens a term sees whether its days are all decided."""
    days = term_days(term_with(key))
    return {kind.value: sum(one.kind is kind for one in days) for kind in Kind}


def occurrences(_viewer: Viewer, since: date, until: date) -> Iterator[Occurrence]:
    """The weeks of each term, its days off and its moved days."""
    terms = Term.objects.filter(first_monday__lte=until, ends_on__gte=since).order_by("first_monday")
    for term in terms:
        days = term_days(term)
        decided = {one.day: one for one in MovedDay.objects.filter(term=term)}
        shown = (*weeks(term, days), *odd_days(term, days, decided))
        yield from (one for one in shown if one.starts <= until and one.ends > since)


def weeks(term: Term, days: list[TermDay]) -> Iterator[Occurrence]:
    for number in range(1, term.weeks + 1):
        first = days[(number - 1) * DAYS_A_WEEK].day
        yield Occurrence(
            uid=f"campus.week.{term.key}.{number}",
            title=f"{week_words(term, number)} · {term.name}",
            starts=first,
            ends=first + DAYS_A_WEEK * A_DAY,
            sequence=term.version,
            changed_at=term.created_at,
        )


def odd_days(term: Term, days: Iterable[TermDay], decided: dict[date, MovedDay]) -> Iterator[Occurrence]:
    """A day that is off, moved, or waits to be decided: the same event before and after the decision."""
    for one in days:
        moved = decided.get(one.day)
        if one.kind is Kind.LESSONS and moved is None:
            continue
        yield Occurrence(
            uid=f"campus.day.{one.day}",
            title=day_words(one),
            starts=one.day,
            ends=one.day + A_DAY,
            sequence=moved.version if moved else 0,
            changed_at=moved.decided_at if moved else term.created_at,
            description=moved.reason if moved else "",
        )


term_steps.add(
    TermStep(
        key="campus.days",
        title=_("核对校历"),
        run=count_days,
        counts={Kind.LESSONS: _("有课的日子"), Kind.OFF: _("放假和不上课"), Kind.UNDECIDED: _("调休未定")},
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
