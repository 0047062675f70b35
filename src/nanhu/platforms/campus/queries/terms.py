"""Reading the school's calendar: terms, whose lessons are held on a day, when periods begin and end."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import DateField, QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.calendar import day_kind, is_year_known
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.dated import rule_on
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.ui import dates
from nanhu.platforms.campus import rules
from nanhu.platforms.campus.errors import DayOutsideTermError, LessonsUndecidedError, NoOpenTermError, NoSuchPeriodError
from nanhu.platforms.campus.models import MovedDay, PeriodTable, Place, Term
from nanhu.platforms.campus.rules import Followed, Kind, TermDay


@dataclass(frozen=True, slots=True)
class LessonDay:
    """The lessons of this week and weekday are held; on a moved day they are those of another day."""

    term: Term
    week: int
    weekday: int

    @property
    def is_in_exams(self) -> bool:
        """After the teaching weeks: whether lessons are held then is the timetable's to say."""
        return self.week > self.term.teaching_weeks


@dataclass(frozen=True, slots=True)
class Period:
    number: int
    starts_at: time
    ends_at: time


def term_with(key: str) -> Term:
    found = Term.objects.filter(key=key).first()
    if found is None:
        raise NotFoundError(what=_("这个学期"))
    return found


def open_term() -> Term:
    found = Term.objects.filter(state=Term.State.OPEN).first()
    if found is None:
        raise NoOpenTermError
    return found


TERM_ON: Final = Prepared(
    lambda: Term.objects.filter(first_monday__lte=Given("day", DateField()), ends_on__gte=Given("day", DateField()))
)


def term_on(day: date) -> Term | None:
    """In whose weeks the day lies, whatever its state."""
    return TERM_ON.first(day=day)


def first_monday_of(term: Term) -> date:
    if term.first_monday is None:
        raise DayOutsideTermError(day=term.name)
    return term.first_monday


def week_of(day: date) -> int:
    """The week of its term; a day outside all terms is an error."""
    term = term_on(day)
    if term is None:
        raise DayOutsideTermError(day=dates.day(day, campus_today().year))
    return rules.week_of(first_monday_of(term), day)


def day_of(term: Term, week: int, weekday: int) -> date:
    return rules.day_of(first_monday_of(term), week, weekday)


def lesson_day(day: date) -> LessonDay | None:
    """Whose lessons are held on a day; None where it is off or in no term. A moved working day that the school has not decided is an
    error, never a guess."""
    term = term_on(day)
    if term is None:
        return None
    found = rules.term_day(first_monday_of(term), day, day_kind(day), moved_days([term]))
    if found.kind is Kind.UNDECIDED:
        raise LessonsUndecidedError(day=dates.day(day, campus_today().year))
    return LessonDay(term, found.week, found.weekday) if found.kind is Kind.LESSONS else None


def term_days(term: Term) -> list[TermDay]:
    """Every day of its weeks, in order; what is undecided says so."""
    return days_of(term, moved_days([term]))


def days_of(term: Term, moved: Mapping[date, Followed]) -> list[TermDay]:
    first = first_monday_of(term)
    days = (first + timedelta(days=number) for number in range(term.weeks * rules.DAYS_A_WEEK))
    return [rules.term_day(first, day, day_kind(day), moved) for day in days]


def has_its_lessons(term: Term, day: date, moved: Mapping[date, Followed]) -> bool:
    """Whether the lessons of this very day are held on it."""
    first = first_monday_of(term)
    found = rules.term_day(first, day, day_kind(day), moved)
    own = (rules.week_of(first, day), day.isoweekday())
    return found.kind is Kind.LESSONS and (found.week, found.weekday) == own


def is_foretold(one: TermDay) -> bool:
    """False where the days off of its year are not published and nobody decided: it is taken for an ordinary day."""
    return one.is_moved or is_year_known(one.day.year)


def unknown_years(days: Iterable[TermDay]) -> list[int]:
    return sorted({one.day.year for one in days if not is_foretold(one)})


def decisions() -> QuerySet[MovedDay]:
    """Those that count."""
    return MovedDay.objects.filter(withdrawn_at=None)


def moved_days(terms: Collection[Term]) -> dict[date, Followed]:
    rows = decisions().filter(term__in=terms)
    return {day: Followed(week, weekday) for day, week, weekday in rows.values_list("day", "week", "weekday")}


def undecided_days(*, since: date = date.min) -> list[tuple[Term, date]]:
    """Of terms that are to come or open, from a day on."""
    found = Term.objects.filter(state__in=[Term.State.PLANNED, Term.State.OPEN], first_monday__isnull=False)
    terms = list(found.order_by("key"))
    moved = moved_days(terms)
    days = ((term, one) for term in terms for one in days_of(term, moved))
    return [(term, one.day) for term, one in days if one.kind is Kind.UNDECIDED and one.day >= since]


count_undecided = Remembered(lambda: len(undecided_days(since=campus_today())), seconds=5)
"""For the homes of those who decide them."""


def period_table(campus: Place, day: date) -> PeriodTable:
    return rule_on(PeriodTable.objects.filter(campus=campus), day, what=_("%(campus)s的节次") % {"campus": campus.name})


def periods_on(campus: Place, day: date) -> list[Period]:
    """A day without a table is an error."""
    return periods_of(period_table(campus, day))


def periods_of(table: PeriodTable) -> list[Period]:
    return [Period(number, *span) for number, span in enumerate(zip(table.starts, table.ends, strict=True), start=1)]


def period_span(campus: Place, day: date, first: int, last: int) -> tuple[datetime, datetime]:
    """From the beginning of one period to the end of another."""
    table = period_table(campus, day)
    if not 1 <= first <= last <= len(table.starts):
        raise NoSuchPeriodError(season=table.season, first=first, last=last)
    begins, finishes = table.starts[first - 1], table.ends[last - 1]
    return datetime.combine(day, begins, CAMPUS_ZONE), datetime.combine(day, finishes, CAMPUS_ZONE)
