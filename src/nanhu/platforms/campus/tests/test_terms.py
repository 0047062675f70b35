"""Terms: planned, opened, closed, archived; whose lessons are held on a day; when periods begin."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.actors import Actor
from nanhu.kernel.calendar import DayKind
from nanhu.kernel.calendar.services import set_exception
from nanhu.kernel.calendar.working import forget_exceptions
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today
from nanhu.kernel.dated import NoRuleError, end_today
from nanhu.kernel.errors import ReasonMissingError, WrongStateError
from nanhu.platforms.campus.errors import (
    AnotherTermOpenError,
    DayOutsideTermError,
    FollowedTwiceError,
    LessonsUndecidedError,
    NoOpenTermError,
    NoSuchPeriodError,
    NotAMondayError,
    PeriodsRefusedError,
    TermExistsError,
    TermIsOverError,
    TermsOverlapError,
    TermWithoutMondayError,
    WeekOutsideTermError,
)
from nanhu.platforms.campus.models import MovedDay, PeriodTable, Term
from nanhu.platforms.campus.queries import terms as queries
from nanhu.platforms.campus.queries.places import place_with
from nanhu.platforms.campus.rules import Followed, Kind, day_of, term_day, week_of
from nanhu.platforms.campus.services.places import PlaceOrder, set_up_places
from nanhu.platforms.campus.services.terms import (
    TermOrder,
    change_term,
    decide_day,
    end_periods,
    move_term,
    plan_term,
    set_periods,
)

SYSTEM = Actor.system("test")
AUTUMN = TermOrder(year=2026, season=1, name="2026 秋", first_monday=date(2026, 9, 7))
WEDNESDAY, SATURDAY = date(2026, 10, 7), date(2026, 10, 10)
State = Term.State
mondays = st.dates(date(2010, 1, 4), date(2080, 1, 1)).map(lambda day: day - timedelta(days=day.weekday()))


@pytest.fixture
def autumn(db):
    forget_exceptions()
    yield plan_term(by=SYSTEM, order=AUTUMN)
    forget_exceptions()


@given(mondays, st.integers(1, 36), st.integers(1, 7))
def test_a_week_and_a_weekday_are_one_day_and_back(first, week, weekday):
    day = day_of(first, week, weekday)
    assert (week_of(first, day), day.isoweekday()) == (week, weekday)
    assert day_of(first, week_of(first, day), day.isoweekday()) == day


@given(mondays, st.integers(-400, 400))
def test_weeks_go_on_before_and_after_and_never_leap(first, days):
    day = first + timedelta(days=days)
    assert week_of(first, day + timedelta(days=7)) == week_of(first, day) + 1
    assert week_of(first, day + timedelta(days=1)) - week_of(first, day) == (day.weekday() == 6)
    assert (week_of(first, day) >= 1) == (day >= first)


@given(
    mondays, st.integers(0, 150), st.sampled_from(DayKind), st.none() | st.tuples(st.integers(1, 18), st.integers(1, 7))
)
def test_what_the_school_decided_goes_before_the_public_calendar(first, days, kind, follows):
    day = first + timedelta(days=days)
    assert term_day(first, day, kind, {day: Followed(None, None)}).kind is Kind.OFF
    if follows:
        found = term_day(first, day, kind, {day: Followed(*follows)})
        assert (found.kind, found.week, found.weekday) == (Kind.LESSONS, *follows)
    plain = term_day(first, day, kind, {})
    assert plain.kind is {DayKind.HOLIDAY: Kind.OFF, DayKind.MOVED: Kind.UNDECIDED}.get(kind, Kind.LESSONS)


def test_a_term_is_named_by_its_years_and_season(autumn):
    assert (autumn.key, autumn.ends_on, autumn.state) == ("2026-2027-1", date(2027, 1, 10), State.PLANNED)
    assert queries.term_with("2026-2027-1") == autumn
    assert (queries.term_on(date(2026, 9, 7)), queries.term_on(date(2027, 1, 10))) == (autumn, autumn)
    assert queries.term_on(date(2026, 9, 6)) is queries.term_on(date(2027, 1, 11)) is None
    assert (queries.week_of(WEDNESDAY), queries.day_of(autumn, 5, 3)) == (5, WEDNESDAY)
    with pytest.raises(DayOutsideTermError):
        queries.week_of(date(2026, 9, 6))


def test_a_term_without_a_first_monday_is_planned_and_not_opened(db):
    term = plan_term(by=SYSTEM, order=TermOrder(year=2026, season=2, name=""))
    assert str(term) == "2026-2027-2"
    with pytest.raises(TermWithoutMondayError) as refused:
        move_term(by=SYSTEM, term=term, state=State.OPEN)
    assert "第一周的周一" in str(refused.value)
    with pytest.raises(DayOutsideTermError):
        queries.term_days(term)
    order = TermOrder(year=2026, season=2, name="春", first_monday=date(2027, 3, 1))
    change_term(by=SYSTEM, term=term, order=order, reason="定了")
    assert move_term(by=SYSTEM, term=term, state=State.OPEN).state == State.OPEN
    with pytest.raises(TermWithoutMondayError):
        change_term(by=SYSTEM, term=term, order=TermOrder(year=2026, season=2, name="春"), reason="又没定")


def test_terms_do_not_overlap_nor_stand_twice_nor_begin_on_a_tuesday(autumn):
    with pytest.raises(TermExistsError):
        plan_term(by=SYSTEM, order=AUTUMN)
    with pytest.raises(TermsOverlapError):
        plan_term(by=SYSTEM, order=TermOrder(year=2026, season=2, name="早", first_monday=date(2027, 1, 4)))
    with pytest.raises(NotAMondayError):
        plan_term(by=SYSTEM, order=TermOrder(year=2026, season=2, name="早", first_monday=date(2027, 3, 2)))
    for season, monday in ((2, date(2027, 1, 4)), (3, date(2027, 3, 2))):
        with pytest.raises(IntegrityError), transaction.atomic():
            Term.objects.create(year=2026, season=season, name="库里", first_monday=monday)


def test_a_term_goes_on_step_by_step_and_one_is_open(autumn):
    with pytest.raises(NoOpenTermError):
        queries.open_term()
    with pytest.raises(WrongStateError):
        move_term(by=SYSTEM, term=autumn, state=State.CLOSED)
    move_term(by=SYSTEM, term=autumn, state=State.OPEN)
    spring = plan_term(by=SYSTEM, order=TermOrder(year=2026, season=2, name="春", first_monday=date(2027, 3, 1)))
    with pytest.raises(AnotherTermOpenError):
        move_term(by=SYSTEM, term=spring, state=State.OPEN)
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.filter(pk=spring.pk).update(state=State.OPEN)
    assert queries.open_term() == autumn
    move_term(by=SYSTEM, term=autumn, state=State.CLOSED)
    move_term(by=SYSTEM, term=spring, state=State.OPEN)
    move_term(by=SYSTEM, term=autumn, state=State.ARCHIVED)
    with pytest.raises(TermIsOverError):
        change_term(by=SYSTEM, term=autumn, order=AUTUMN, reason="晚了")


def test_the_database_holds_the_way_of_a_term(autumn):
    stands = Term.objects.filter(pk=autumn.pk)
    for change in (
        {"state": "archived"},
        {"state": "gone"},
        {"teaching_weeks": 0},
        {"exam_weeks": 7},
        {"year": 1999},
        {"name": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            stands.update(**change)
    stands.update(state="open")
    stands.update(state="closed")
    for change in ({"state": "open"}, {"state": "planned"}, {"first_monday": date(2026, 9, 14)}, {"exam_weeks": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            stands.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.create(year=2027, season=1, name="生来就开", first_monday=date(2027, 9, 6), state="open")


def test_a_holiday_has_no_lessons_and_a_moved_day_those_that_the_school_named(autumn):
    assert queries.lesson_day(WEDNESDAY) is None
    with pytest.raises(LessonsUndecidedError) as waits:
        queries.lesson_day(SATURDAY)
    assert "10月10日" in str(waits.value)
    assert (autumn, SATURDAY) in queries.undecided_days()

    decide_day(by=SYSTEM, day=SATURDAY, week=5, weekday=3, reason="教务处通知")
    assert queries.lesson_day(SATURDAY) == queries.LessonDay(autumn, 5, 3)
    assert queries.lesson_day(WEDNESDAY) is None
    assert (autumn, SATURDAY) not in queries.undecided_days()
    assert queries.lesson_day(date(2026, 9, 5)) is None, "in no term"
    assert queries.lesson_day(date(2026, 10, 3)) is None, "a Saturday of the national holiday"
    assert queries.lesson_day(date(2026, 9, 12)) == queries.LessonDay(autumn, 1, 6), "a Saturday as any"
    assert queries.lesson_day(date(2026, 10, 8)) == queries.LessonDay(autumn, 5, 4)


def test_a_day_without_lessons_is_decided_too_and_a_decision_is_replaced(autumn):
    sports = date(2026, 10, 23)
    decide_day(by=SYSTEM, day=sports, reason="校运会")
    assert queries.lesson_day(sports) is None
    decide_day(by=SYSTEM, day=sports, week=7, weekday=5, reason="改期")
    assert queries.lesson_day(sports) == queries.LessonDay(autumn, 7, 5)
    assert MovedDay.objects.get(day=sports).version == 2
    with pytest.raises(ReasonMissingError):
        decide_day(by=SYSTEM, day=sports, reason=" ")


def test_a_day_follows_one_in_its_term_that_no_other_follows(autumn):
    decide_day(by=SYSTEM, day=SATURDAY, week=5, weekday=3, reason="通知")
    with pytest.raises(FollowedTwiceError) as refused:
        decide_day(by=SYSTEM, day=date(2026, 9, 20), week=5, weekday=3, reason="通知")
    assert "10月10日" in str(refused.value)
    with pytest.raises(WeekOutsideTermError):
        decide_day(by=SYSTEM, day=date(2026, 9, 20), week=19, weekday=1, reason="通知")
    with pytest.raises(DayOutsideTermError):
        decide_day(by=SYSTEM, day=date(2026, 8, 20), reason="通知")
    with pytest.raises(DayOutsideTermError):
        late = TermOrder(year=2026, season=1, name="晚", first_monday=date(2026, 10, 12))
        change_term(by=SYSTEM, term=autumn, order=late, reason="推迟")
    for change in ({"week": None}, {"weekday": 8}, {"week": 0}, {"reason": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MovedDay.objects.filter(day=SATURDAY).update(**change)


def test_the_schools_own_exceptions_count(autumn):
    own = date(2026, 11, 7)
    set_exception(by=SYSTEM, first=own, last=own, is_working=True, note="补班")
    set_exception(by=SYSTEM, first=date(2026, 11, 14), last=date(2026, 11, 14), is_working=False, note="校庆")
    forget_exceptions()
    assert (autumn, own) in queries.undecided_days()
    assert queries.lesson_day(date(2026, 11, 14)) is None


def test_the_days_of_a_term_are_told_at_once(autumn):
    days = queries.term_days(autumn)
    assert (len(days), days[0].day, days[-1].day) == (18 * 7, date(2026, 9, 7), date(2027, 1, 10))
    known = [one for one in days if one.kind is not Kind.UNDECIDED]
    for one in known:
        found = queries.lesson_day(one.day)
        assert (found is not None) == (one.kind is Kind.LESSONS)
        assert found is None or (found.week, found.weekday) == (one.week, one.weekday)


@pytest.fixture
def south(db):
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="south", name="南院", kind="campus")])
    return place_with("south")


def spans(*texts):
    return [tuple(time.fromisoformat(end) for end in text.split("-")) for text in texts]


SUMMER = spans("08:00-08:45", "08:55-09:40", "14:30-15:15")
WINTER = spans("08:00-08:45", "08:55-09:40", "14:00-14:45")


def test_a_day_without_a_period_table_is_an_error(south):
    with pytest.raises(NoRuleError) as refused:
        queries.periods_on(south, date(2026, 9, 7))
    assert "南院" in str(refused.value)


def test_a_season_takes_the_place_of_the_other_on_its_days(south):
    year = {"starts_on": date(2026, 5, 1), "ends_on": date(2027, 4, 30), "reason": "作息"}
    set_periods(by=SYSTEM, campus=south, season="夏季作息", periods=SUMMER, **year)
    winter = {"starts_on": date(2026, 10, 8), "ends_on": date(2027, 4, 30), "reason": "作息"}
    table = set_periods(by=SYSTEM, campus=south, season="冬季作息", periods=WINTER, **winter)
    begins = {day: queries.periods_on(south, day)[2].starts_at for day in (date(2026, 10, 7), date(2026, 10, 8))}
    assert list(begins.values()) == [time(14, 30), time(14)]
    first, last = queries.period_span(south, date(2026, 10, 8), 1, 2)
    assert (first.tzinfo, first.time(), last.time()) == (CAMPUS_ZONE, time(8), time(9, 40))
    with pytest.raises(NoSuchPeriodError):
        queries.period_span(south, date(2026, 10, 8), 3, 4)
    with pytest.raises(NoRuleError):
        queries.periods_on(south, date(2027, 5, 1))
    end_periods(by=SYSTEM, table=table, reason="取消")
    assert not PeriodTable.objects.filter(pk=table.pk, withdrawn_at=None).exists()


def test_a_table_whose_days_are_over_is_left_as_it_was(south):
    """An end of today would give the summer days that are the winter's."""
    yesterday = campus_today() - timedelta(days=1)
    past = {"starts_on": yesterday - timedelta(days=99), "ends_on": yesterday - timedelta(days=50), "reason": "作息"}
    summer = set_periods(by=SYSTEM, campus=south, season="夏季作息", periods=SUMMER, **past)
    winter = {"starts_on": yesterday - timedelta(days=49), "reason": "作息"}
    set_periods(by=SYSTEM, campus=south, season="冬季作息", periods=WINTER, **winter)
    with pytest.raises(WrongStateError):
        end_periods(by=SYSTEM, table=summer, reason="停用")
    assert end_today(by=SYSTEM, rule=summer) is False
    summer.refresh_from_db()
    assert (summer.withdrawn_at, PeriodTable.objects.count()) == (None, 2)


@pytest.mark.parametrize("periods", [(), ("09:00-08:00",), ("08:00-09:00", "08:30-09:30"), ("08:00-08:00",)])
def test_periods_stand_in_their_order(south, periods):
    with pytest.raises(PeriodsRefusedError):
        set_periods(
            by=SYSTEM, campus=south, season="乱", periods=spans(*periods), starts_on=date(2026, 9, 1), reason="x"
        )
    starts, ends = ([one[place] for one in spans(*periods)] for place in (0, 1))
    row = {"campus": south, "season": "乱", "starts_on": date(2026, 9, 1), "reason": "x", "created_by_name": "t"}
    with pytest.raises(IntegrityError), transaction.atomic():
        PeriodTable.objects.create(starts=starts, ends=ends, **row)


def test_two_tables_for_a_day_are_refused_and_a_building_has_none(south):
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="hall", name="楼", kind="teaching", parent="south")])
    row = {"season": "夏", "starts_on": date(2026, 9, 1), "reason": "x", "created_by_name": "t"}
    row |= {"starts": [time(8)], "ends": [time(9)]}
    PeriodTable.objects.create(campus=south, **row)
    for campus in (south, place_with("hall")):
        with pytest.raises(IntegrityError), transaction.atomic():
            PeriodTable.objects.create(campus=campus, **row)
