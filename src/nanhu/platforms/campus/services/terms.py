"""Writing the school's calendar: terms planned, changed and moved on, moved days decided, period tables set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.dated import end_today, supersede
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.events import publish
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.kernel.ui import dates
from nanhu.platforms.campus import rules
from nanhu.platforms.campus.errors import (
    AnotherTermOpenError,
    DayFollowedError,
    DayOutsideTermError,
    DaysDecidedError,
    FollowedDayHasLessonsError,
    FollowedTwiceError,
    FollowedWeekLostError,
    MondayOutsideYearError,
    NotAMondayError,
    PeriodsRefusedError,
    TermExistsError,
    TermHeldError,
    TermInUseError,
    TermIsOverError,
    TermsOverlapError,
    TermWithoutMondayError,
    WeekOutsideTermError,
)
from nanhu.platforms.campus.events import DayDecided, PeriodsChanged, TermChanged
from nanhu.platforms.campus.models import MovedDay, Occupancy, PeriodTable, Place, StepRun, Term
from nanhu.platforms.campus.queries.terms import decisions, has_its_lessons, moved_days, term_on

State = Term.State
NEXT = {State.OPEN: State.PLANNED, State.CLOSED: State.OPEN, State.ARCHIVED: State.CLOSED}
"""From which state a term comes into each."""
ACTIONS = {State.OPEN: "open", State.CLOSED: "close", State.ARCHIVED: "archive"}
IS_OVER = {State.CLOSED, State.ARCHIVED}
MOST_PERIODS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TermOrder:
    """The term that is wanted; `first_monday` may come later."""

    year: int
    season: int
    name: str
    first_monday: date | None = None
    teaching_weeks: int = 16
    exam_weeks: int = 2

    @property
    def key(self) -> str:
        return f"{self.year}-{self.year + 1}-{self.season}"


def alone() -> None:
    """Terms are changed one at a time: what is checked here still holds at the commit."""
    lock_key("campus.terms")


@transaction.atomic
def plan_term(*, by: Actor, order: TermOrder) -> Term:
    alone()
    known = Term.objects.filter(year=order.year, season=order.season).first()
    if known is not None:
        raise TermExistsError(term=known.name)
    term = Term(year=order.year, season=order.season)
    put(term, order)
    audit.record(by=by, action="campus.plan_term", target=f"term:{term.key}", facts=facts_of(term))
    publish(TermChanged(term_key=term.key))
    return term


@transaction.atomic
def change_term(*, by: Actor, term: Term, order: TermOrder, reason: str) -> Term:
    """Its name, first Monday and weeks, as long as it is not over. Its key stays."""
    why = given(reason)
    alone()
    locked = Term.objects.select_for_update().get(pk=term.pk)
    if locked.state in IS_OVER:
        raise TermIsOverError(term=locked.name)
    if locked.state == State.OPEN and order.first_monday is None:
        raise TermWithoutMondayError(term=locked.name)
    put(locked, order)
    audit.record(by=by, action="campus.change_term", target=f"term:{locked.key}", reason=why, facts=facts_of(locked))
    publish(TermChanged(term_key=locked.key))
    return locked


@transaction.atomic
def withdraw_term(*, by: Actor, term: Term, reason: str) -> None:
    """A term that was only planned goes, with what was decided of its days; one that others count on stays."""
    why = given(reason)
    alone()
    locked = Term.objects.select_for_update().get(pk=term.pk)
    if locked.state != State.PLANNED:
        raise WrongStateError(what=locked.name, state=locked.get_state_display())
    facts = facts_of(locked)
    try:
        MovedDay.objects.filter(term=locked).delete()
        StepRun.objects.filter(term=locked).delete()
        locked.delete()
    except ProtectedError as error:
        raise TermInUseError(term=locked.name) from error
    audit.record(by=by, action="campus.withdraw_term", target=f"term:{term.key}", reason=why, facts=facts)
    publish(TermChanged(term_key=term.key))


def put(term: Term, order: TermOrder) -> None:
    """Checked against the other terms and saved."""
    refuse_monday(order)
    refuse_moving_lessons(term, order)
    refuse_moving_days(term, order)
    term.name, term.first_monday = order.name.strip() or order.key, order.first_monday
    term.teaching_weeks, term.exam_weeks = order.teaching_weeks, order.exam_weeks
    refuse_overlap(term)
    refuse_lost_days(term)
    term.save()
    term.refresh_from_db()


def refuse_moving_lessons(term: Term, order: TermOrder) -> None:
    """What was placed by its weeks stands at moments: it would stay where it is."""
    if term.pk is None or term.first_monday == order.first_monday:
        return
    standing = Occupancy.objects.filter(term=term, held=True).count()
    if standing:
        raise TermHeldError(term=term.name, standing=standing)


def refuse_monday(order: TermOrder) -> None:
    first = order.first_monday
    if first is None:
        return
    said = dates.day(first, campus_today().year)
    if first.isoweekday() != 1:
        raise NotAMondayError(day=said)
    if not date(order.year, 7, 1) <= first < date(order.year + 1, 9, 1):
        raise MondayOutsideYearError(year=order.year, day=said)


def refuse_moving_days(term: Term, order: TermOrder) -> None:
    """What was decided names weeks and weekdays: with another first Monday it would mean other days."""
    if term.pk is None or term.first_monday == order.first_monday:
        return
    found = list(decisions().filter(term=term).order_by("day"))
    if found:
        day = dates.day(found[0].day, campus_today().year)
        raise DaysDecidedError(term=term.name, decided=len(found), day=day)


def refuse_overlap(term: Term) -> None:
    if term.first_monday is None:
        return
    last = rules.day_of(term.first_monday, term.weeks, rules.DAYS_A_WEEK)
    other = Term.objects.exclude(pk=term.pk).filter(first_monday__lte=last, ends_on__gte=term.first_monday).first()
    if other is not None:
        raise TermsOverlapError(term=other.name, days=dates.span_words(other.first_monday, other.ends_on))


def refuse_lost_days(term: Term) -> None:
    """A decided day stays in the weeks of its term, and so does the day that it follows."""
    for moved in decisions().filter(term_id=term.pk).order_by("day"):
        day = dates.day(moved.day, campus_today().year)
        week = rules.week_of(term.first_monday, moved.day) if term.first_monday else 0
        if not 1 <= week <= term.weeks:
            raise DayOutsideTermError(day=day)
        if moved.week is not None and moved.week > term.weeks:
            raise FollowedWeekLostError(day=day, week=moved.week, weeks=term.weeks)


def facts_of(term: Term) -> dict[str, object]:
    return {
        "first_monday": str(term.first_monday or ""),
        "teaching_weeks": term.teaching_weeks,
        "exam_weeks": term.exam_weeks,
    }


@transaction.atomic
def move_term(*, by: Actor, term: Term, state: Term.State, reason: str = "") -> Term:
    """Opened, closed or archived: each from the state before it, and never back."""
    alone()
    locked = Term.objects.select_for_update().get(pk=term.pk)
    if locked.state != NEXT[state]:
        raise WrongStateError(what=locked.name, state=locked.get_state_display())
    if state == State.OPEN:
        refuse_opening(locked)
    locked.state = state
    locked.save(update_fields=["state"])
    audit.record(by=by, action=f"campus.{ACTIONS[state]}_term", target=f"term:{locked.key}", reason=reason)
    publish(TermChanged(term_key=locked.key))
    return locked


def refuse_opening(term: Term) -> None:
    if term.first_monday is None:
        raise TermWithoutMondayError(term=term.name)
    other = Term.objects.filter(state=State.OPEN).first()
    if other is not None:
        raise AnotherTermOpenError(term=other.name)


@transaction.atomic
def decide_day(*, by: Actor, day: date, week: int | None = None, weekday: int | None = None, reason: str) -> MovedDay:
    """The lessons of that week and weekday are held on this day; without them, none are. A later decision replaces an earlier one."""
    why = given(reason)
    alone()
    term = living_term_on(day)
    refuse_followed(term, day, week, weekday)
    refuse_twice(term, day, week, weekday)
    made, _is_new = MovedDay.objects.update_or_create(
        day=day,
        defaults={
            "term": term,
            "week": week,
            "weekday": weekday,
            "reason": why,
            "decided_by_name": by.name,
            "decided_at": now(),
            "withdrawn_at": None,
        },
    )
    facts = {"week": week, "weekday": weekday}
    audit.record(by=by, action="campus.decide_day", target=f"term_day:{day}", reason=why, facts=facts)
    publish(DayDecided(term_key=term.key, day=day))
    return made


@transaction.atomic
def withdraw_day(*, by: Actor, day: date, reason: str) -> None:
    """The day is again what the public calendar says of it."""
    why = given(reason)
    alone()
    term = living_term_on(day)
    known = decisions().filter(day=day).first()
    if known is None:
        raise NotFoundError(what=_("这一天的决定"))
    other = follower_of(term, day)
    rest = {one: follows for one, follows in moved_days([term]).items() if one != day}
    if other is not None and has_its_lessons(term, day, rest):
        raise DayFollowedError(day=dates.day(other.day, campus_today().year))
    known.withdrawn_at = now()
    known.save(update_fields=["withdrawn_at"])
    audit.record(by=by, action="campus.withdraw_day", target=f"term_day:{day}", reason=why)
    publish(DayDecided(term_key=term.key, day=day))


def living_term_on(day: date) -> Term:
    term = term_on(day)
    if term is None:
        raise DayOutsideTermError(day=dates.day(day, campus_today().year))
    if term.state in IS_OVER:
        raise TermIsOverError(term=term.name)
    return term


def follower_of(term: Term, day: date) -> MovedDay | None:
    """Which other day has this one's lessons."""
    week = rules.week_of(term.first_monday, day) if term.first_monday else 0
    return decisions().filter(term=term, week=week, weekday=day.isoweekday()).exclude(day=day).first()


def refuse_twice(term: Term, day: date, week: int | None, weekday: int | None) -> None:
    """The lessons of a day that has its own cannot be held on another as well."""
    if week is None or weekday is None or term.first_monday is None:
        return
    followed = rules.day_of(term.first_monday, week, weekday)
    if followed != day and has_its_lessons(term, followed, moved_days([term])):
        said = dates.day(followed, campus_today().year)
        raise FollowedDayHasLessonsError(week=week, weekday=dates.WEEKDAYS[weekday - 1], day=said)


def refuse_followed(term: Term, day: date, week: int | None, weekday: int | None) -> None:
    if week is None or weekday is None:
        return
    if not 1 <= week <= term.weeks:
        raise WeekOutsideTermError(term=term.name, weeks=term.weeks)
    other = decisions().filter(term=term, week=week, weekday=weekday).exclude(day=day).first()
    if other is not None:
        raise FollowedTwiceError(
            week=week, weekday=dates.WEEKDAYS[weekday - 1], day=dates.day(other.day, campus_today().year)
        )


@transaction.atomic
def set_periods(
    *,
    by: Actor,
    campus: Place,
    season: str,
    periods: Sequence[tuple[time, time]],
    starts_on: date,
    ends_on: date | None = None,
    reason: str,
) -> PeriodTable:
    """The table of a campus for these days; tables that it meets are cut or withdrawn, their other days stay."""
    why = given(reason)
    times = [moment for period in periods for moment in period]
    is_in_order = all(begins < finishes for begins, finishes in periods) and times == sorted(times)
    if not is_in_order or not 1 <= len(periods) <= MOST_PERIODS:
        raise PeriodsRefusedError
    lock_key(f"campus.periods:{campus.pk}")
    starts, ends = (list(one) for one in zip(*periods, strict=True))
    wanted = PeriodTable(campus=campus, season=season, starts=starts, ends=ends, starts_on=starts_on, ends_on=ends_on)
    supersede(by=by, wanted=[wanted], reason=why)
    facts = {"season": season, "periods": len(periods), "from": str(starts_on), "until": str(ends_on or "")}
    audit.record(by=by, action="campus.set_periods", target=f"place:{campus.key}", reason=why, facts=facts)
    publish(PeriodsChanged(campus_key=campus.key, starts_on=starts_on, ends_on=ends_on))
    return wanted


@transaction.atomic
def end_periods(*, by: Actor, table: PeriodTable, reason: str) -> None:
    """From today on it holds no longer; the days that it held stay, and one whose days are over is refused."""
    why = given(reason)
    if table.is_over:
        raise WrongStateError(what=_("这张作息表"), state=_("已过期"))
    until = table.ends_on
    if end_today(by=by, rule=table):
        facts = {"season": table.season}
        audit.record(by=by, action="campus.end_periods", target=f"place:{table.campus.key}", reason=why, facts=facts)
        first = max(campus_today(), table.starts_on)
        publish(PeriodsChanged(campus_key=table.campus.key, starts_on=first, ends_on=until))
