"""Terms: planned, opened, closed, archived; whose lessons are held on a day; when periods begin."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

import pytest
import time_machine
from django.db import DataError, IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.actors import Actor
from nanhu.kernel.calendar import DayKind
from nanhu.kernel.calendar.services import set_exception
from nanhu.kernel.calendar.working import forget_exceptions
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today
from nanhu.kernel.dated import NoRuleError, end_today
from nanhu.kernel.errors import NotFoundError, ReasonMissingError, WrongStateError
from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.campus.errors import (
    AnotherTermOpenError,
    DayFollowedError,
    DayOutsideTermError,
    DaysDecidedError,
    FollowedDayHasLessonsError,
    FollowedTwiceError,
    FollowedWeekLostError,
    LessonsUndecidedError,
    MondayOutsideYearError,
    NoOpenTermError,
    NoSuchPeriodError,
    NotAMondayError,
    PeriodsRefusedError,
    TermExistsError,
    TermInUseError,
    TermIsOverError,
    TermRefusedError,
    TermsOverlapError,
    TermWithoutMondayError,
    WeekOutsideTermError,
)
from nanhu.platforms.campus.models import MovedDay, Occupancy, PeriodTable, StepRun, Term
from nanhu.platforms.campus.queries import terms as queries
from nanhu.platforms.campus.queries.places import place_with
from nanhu.platforms.campus.registrations import count_days, occurrences
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
    withdraw_day,
    withdraw_term,
)
from nanhu.platforms.campus.tests.test_occupancy import build

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
        short = replace(AUTUMN, teaching_weeks=4, exam_weeks=0)
        change_term(by=SYSTEM, term=autumn, order=short, reason="缩短")
    for change in ({"week": None}, {"weekday": 8}, {"week": 0}, {"reason": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MovedDay.objects.filter(day=SATURDAY).update(**change)


def test_lessons_that_are_held_on_their_own_day_are_not_held_again_on_another(autumn):
    ordinary = date(2026, 10, 14)
    with pytest.raises(FollowedDayHasLessonsError) as refused:
        decide_day(by=SYSTEM, day=SATURDAY, week=6, weekday=3, reason="写错了一周")
    assert "10月14日" in str(refused.value)
    assert not MovedDay.objects.exists()
    decide_day(by=SYSTEM, day=ordinary, reason="校运会")
    decide_day(by=SYSTEM, day=SATURDAY, week=6, weekday=3, reason="补校运会那天")
    assert queries.lesson_day(SATURDAY) == queries.LessonDay(autumn, 6, 3)
    with pytest.raises(DayFollowedError) as refused:
        withdraw_day(by=SYSTEM, day=ordinary, reason="运动会取消")
    assert "10月10日" in str(refused.value)
    withdraw_day(by=SYSTEM, day=SATURDAY, reason="运动会取消")
    withdraw_day(by=SYSTEM, day=ordinary, reason="运动会取消")
    assert queries.lesson_day(ordinary) == queries.LessonDay(autumn, 6, 3)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_decided_and_taken_back_no_lessons_are_held_twice(autumn, seed):
    draw = Random(seed)
    for _time in range(12):
        day = autumn.first_monday + timedelta(days=draw.randrange(35))
        chosen = {"week": draw.randint(1, 5), "weekday": draw.randint(1, 7)}
        with suppress(TermRefusedError, NotFoundError):
            deed = draw.choice(("follow", "off", "back"))
            if deed == "back":
                withdraw_day(by=SYSTEM, day=day, reason="x")
            else:
                decide_day(by=SYSTEM, day=day, reason="x", **(chosen if deed == "follow" else {}))
    held = [(one.week, one.weekday) for one in queries.term_days(autumn) if one.kind is Kind.LESSONS]
    assert len(held) == len(set(held))


def test_a_decision_is_taken_back_and_counts_on_when_it_is_made_again(autumn):
    decide_day(by=SYSTEM, day=SATURDAY, week=5, weekday=3, reason="通知")
    with pytest.raises(ReasonMissingError):
        withdraw_day(by=SYSTEM, day=SATURDAY, reason=" ")
    withdraw_day(by=SYSTEM, day=SATURDAY, reason="通知撤了")
    assert (autumn, SATURDAY) in queries.undecided_days()
    with pytest.raises(NotFoundError):
        withdraw_day(by=SYSTEM, day=SATURDAY, reason="再收一次")
    decide_day(by=SYSTEM, day=date(2026, 9, 20), week=5, weekday=3, reason="改由这一天补")
    decide_day(by=SYSTEM, day=SATURDAY, week=4, weekday=4, reason="新通知")
    assert MovedDay.objects.get(day=SATURDAY).version == 3
    assert queries.lesson_day(SATURDAY) == queries.LessonDay(autumn, 4, 4)


def test_a_term_keeps_its_monday_and_the_weeks_that_its_decided_days_name(autumn):
    decide_day(by=SYSTEM, day=date(2026, 12, 16), reason="停课")
    decide_day(by=SYSTEM, day=SATURDAY, week=15, weekday=3, reason="提前上停课那天")
    a_week_later = replace(AUTUMN, first_monday=date(2026, 9, 14))
    with pytest.raises(DaysDecidedError) as refused:
        change_term(by=SYSTEM, term=autumn, order=a_week_later, reason="推迟一周")
    assert "2 天" in str(refused.value)
    shorter = replace(AUTUMN, teaching_weeks=12)
    with pytest.raises(FollowedWeekLostError) as refused:
        change_term(by=SYSTEM, term=autumn, order=shorter, reason="缩短")
    assert "第 15 周" in str(refused.value)
    withdraw_day(by=SYSTEM, day=SATURDAY, reason="先收回")
    with pytest.raises(DayOutsideTermError):
        change_term(by=SYSTEM, term=autumn, order=shorter, reason="缩短")
    withdraw_day(by=SYSTEM, day=date(2026, 12, 16), reason="先收回")
    change_term(by=SYSTEM, term=autumn, order=a_week_later, reason="推迟一周")
    assert queries.week_of(SATURDAY) == 4


@pytest.mark.parametrize("monday", [date(9999, 12, 27), date(2062, 9, 4), date(2026, 6, 29), date(2027, 9, 6)])
def test_a_term_begins_in_its_academic_year(autumn, monday):
    with pytest.raises(MondayOutsideYearError):
        change_term(by=SYSTEM, term=autumn, order=replace(AUTUMN, first_monday=monday), reason="写错")
    with pytest.raises(MondayOutsideYearError):
        plan_term(by=SYSTEM, order=TermOrder(year=2026, season=3, name="", first_monday=monday))
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        Term.objects.filter(pk=autumn.pk).update(first_monday=monday)


def test_a_planned_term_is_taken_away_and_one_that_is_used_or_open_is_not(autumn):
    spring = plan_term(by=SYSTEM, order=TermOrder(year=2026, season=2, name="春", first_monday=date(2027, 3, 1)))
    decide_day(by=SYSTEM, day=date(2027, 3, 10), reason="校庆")
    StepRun.objects.create(term=spring, step="x", is_rehearsal=True)
    with pytest.raises(ReasonMissingError):
        withdraw_term(by=SYSTEM, term=spring, reason="")
    withdraw_term(by=SYSTEM, term=spring, reason="录错了")
    assert list(Term.objects.all()) == [autumn]
    room = build()["t1.1"]
    during = DateTimeTZRange(datetime(2026, 9, 7, 8, tzinfo=CAMPUS_ZONE), datetime(2026, 9, 7, 9, tzinfo=CAMPUS_ZONE))
    held = Occupancy.objects.create(
        room_id=room, during=during, kind="lesson", source="test", key="1", what="x", term=autumn
    )
    with pytest.raises(TermInUseError):
        withdraw_term(by=SYSTEM, term=autumn, reason="录错了")
    held.delete()
    move_term(by=SYSTEM, term=autumn, state=State.OPEN)
    with pytest.raises(WrongStateError):
        withdraw_term(by=SYSTEM, term=autumn, reason="录错了")


def test_days_of_a_year_whose_holidays_nobody_knows_are_told_apart(autumn):
    assert queries.unknown_years(queries.term_days(autumn)) in ([], [2027])
    far = plan_term(by=SYSTEM, order=TermOrder(year=2060, season=1, name="远", first_monday=date(2060, 9, 6)))
    assert queries.unknown_years(queries.term_days(far)) == [2060, 2061]
    counts = count_days(far.key)
    assert (counts["unknown"], counts["lessons"], sum(counts.values())) == (18 * 7, 0, 18 * 7)
    set_exception(by=SYSTEM, first=date(2060, 10, 1), last=date(2060, 10, 7), is_working=False, note="国庆")
    forget_exceptions()
    assert queries.unknown_years(queries.term_days(far)) == [2061]
    decide_day(by=SYSTEM, day=date(2061, 1, 3), reason="元旦")
    assert count_days(far.key)["unknown"] == 8, "from 1 to 9 January 2061, but the day that was decided"


def test_days_are_counted_by_what_they_are(autumn):
    counts = count_days(autumn.key)
    days = [one for one in queries.term_days(autumn) if queries.is_foretold(one)]
    teaching = [one for one in days if one.kind is Kind.LESSONS and one.week <= 16]
    assert counts["lessons"] == sum(one.weekday < 6 for one in teaching)
    assert counts["weekend"] == sum(one.weekday >= 6 for one in teaching)
    assert counts["exams"] == sum(one.kind is Kind.LESSONS and one.week > 16 for one in days)
    assert [queries.lesson_day(day).is_in_exams for day in (date(2026, 12, 25), date(2026, 12, 28))] == [False, True]


def test_a_week_in_the_feed_changes_when_its_term_does(autumn):
    def first():
        return next(iter(occurrences(None, date(2026, 9, 1), date(2026, 9, 13))))

    before = first()
    change_term(by=SYSTEM, term=autumn, order=replace(AUTUMN, name="改名"), reason="改名")
    after = first()
    assert (after.uid, after.sequence > before.sequence) == (before.uid, True)
    assert after.changed_at > before.changed_at


def test_undecided_days_are_asked_from_a_day_on(autumn):
    assert [day for _term, day in queries.undecided_days(since=date(2026, 9, 21))] == [SATURDAY]
    assert queries.undecided_days(since=date(2026, 10, 11)) == []


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


def told():
    return [(one.name, one.payload) for one in OutboxEvent.objects.filter(name__startswith="campus.").order_by("pk")]


def test_rooms_above_hear_what_became_of_terms_days_and_periods(south):
    term = plan_term(by=SYSTEM, order=AUTUMN)
    change_term(by=SYSTEM, term=term, order=AUTUMN, reason="改名")
    decide_day(by=SYSTEM, day=SATURDAY, week=5, weekday=3, reason="通知")
    withdraw_day(by=SYSTEM, day=SATURDAY, reason="通知撤了")
    move_term(by=SYSTEM, term=term, state=State.OPEN)
    days = {"starts_on": date(2026, 9, 1), "ends_on": date(2099, 9, 30)}
    table = set_periods(by=SYSTEM, campus=south, season="夏", periods=SUMMER, reason="作息", **days)
    end_periods(by=SYSTEM, table=table, reason="取消")
    term_told = ("campus.TermChanged", {"term_key": term.key})
    day_told = ("campus.DayDecided", {"term_key": term.key, "day": "2026-10-10"})
    *known, (name, last) = told()
    periods = {"campus_key": "south", "starts_on": "2026-09-01", "ends_on": "2099-09-30"}
    assert known == [term_told, term_told, day_told, day_told, term_told, ("campus.PeriodsChanged", periods)]
    assert (name, last["ends_on"]) == ("campus.PeriodsChanged", "2099-09-30")


def test_a_day_without_a_period_table_is_an_error(south):
    with pytest.raises(NoRuleError) as refused:
        queries.periods_on(south, date(2026, 9, 7))
    assert "南院" in str(refused.value)


@time_machine.travel("2026-11-26T02:00:00Z", tick=False)
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
