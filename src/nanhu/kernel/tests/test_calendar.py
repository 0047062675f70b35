"""Working days, with the moved days (调休) of the State Council's notices."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.actors import Actor
from nanhu.kernel.calendar import (
    add_working_days,
    is_working_day,
    registrations,
    rules,
    services,
    working,
    working_days_between,
)
from nanhu.kernel.calendar.models import CalendarException
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import Verdict

CLERK = Actor(account_id=7, name="clerk")


@pytest.fixture(autouse=True)
def _fresh_calendar():
    working.forget_exceptions()
    yield
    working.forget_exceptions()


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        ("2026-02-13", True),  # Friday
        ("2026-02-14", True),  # 调休: Saturday before 春节 is worked
        ("2026-02-16", False),  # 春节, a Monday
        ("2026-02-23", False),  # 春节, last day, a Monday
        ("2026-02-28", True),  # 调休: Saturday after
        ("2026-03-01", False),  # an ordinary Sunday
        ("2026-09-20", True),  # 调休: Sunday before 国庆
        ("2026-10-01", False),
        ("2026-10-07", False),
        ("2026-10-10", True),  # 调休: Saturday after
        ("2025-01-26", True),  # 调休 of the year before
        ("2024-02-29", True),
        ("2031-10-01", True),  # a Wednesday the library does not know: Monday to Friday
        ("2031-10-04", False),  # a Saturday
        ("1999-10-01", True),  # a Friday before the library's first year
    ],
)
def test_public_working_days(day: str, is_working: bool) -> None:
    assert rules.is_working_day(date.fromisoformat(day), {}) is is_working


@pytest.mark.parametrize(
    ("day", "count", "result"),
    [
        ("2026-09-30", 1, "2026-10-08"),  # over 国庆
        ("2026-02-13", 1, "2026-02-14"),  # to the worked Saturday
        ("2026-02-14", 1, "2026-02-24"),  # over 春节
        ("2026-02-24", -1, "2026-02-14"),
        ("2026-10-01", 0, "2026-10-01"),
        ("2026-05-08", 2, "2026-05-11"),  # 2026-05-09 is worked
    ],
)
def test_adding_working_days(day: str, count: int, result: str) -> None:
    assert rules.add_working_days(date.fromisoformat(day), count, {}) == date.fromisoformat(result)


dates = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(day=dates, count=st.integers(-40, 40))
def test_adding_and_counting_agree(day: date, count: int) -> None:
    there = rules.add_working_days(day, count, {})
    assert count == 0 or rules.is_working_day(there, {})
    # counting is open at the earlier end: going back, the first day itself is counted, and the last is not
    correction = rules.is_working_day(day, {}) - rules.is_working_day(there, {}) if count < 0 else 0
    assert rules.working_days_between(day, there, {}) == count - correction


@given(start=dates, middle=dates, end=dates)
def test_counting_adds_up(start: date, middle: date, end: date) -> None:
    start, middle, end = sorted([start, middle, end])
    parts = rules.working_days_between(start, middle, {}) + rules.working_days_between(middle, end, {})
    assert parts == rules.working_days_between(start, end, {}) == -rules.working_days_between(end, start, {})


@pytest.mark.django_db(transaction=True)
def test_the_school_s_own_exceptions_win_and_are_taken_back() -> None:
    monday, saturday = date(2026, 11, 23), date(2026, 11, 28)
    services.set_exception(by=CLERK, first=monday, last=monday + timedelta(days=1), is_working=False, note="校庆")
    services.set_exception(by=CLERK, first=saturday, last=saturday, is_working=True, note="补课")
    assert [is_working_day(day) for day in (monday, saturday)] == [False, True]
    assert add_working_days(date(2026, 11, 20), 1) == date(2026, 11, 25)
    assert working_days_between(date(2026, 11, 20), saturday) == 4
    services.set_exception(by=CLERK, first=monday, last=monday, is_working=True, note="")
    assert is_working_day(monday)
    assert services.clear_exceptions(by=CLERK, first=monday, last=saturday) == 3
    assert [is_working_day(day) for day in (monday, saturday)] == [True, False]
    assert AuditEntry.objects.filter(action__startswith="calendar.", account_id=7).count() == 4


@pytest.mark.django_db
def test_asking_often_asks_the_database_once(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(1):
        assert working_days_between(date(2026, 1, 1), date(2026, 12, 31)) == 248
        assert all(is_working_day(date(2026, 11, 24)) for _ in range(1000))


@pytest.mark.django_db
def test_the_doctor_warns_of_a_year_nobody_knows(monkeypatch) -> None:
    monkeypatch.setattr(registrations, "campus_today", lambda: date(rules.LAST_KNOWN_YEAR, 6, 1))
    assert registrations.check_years().verdict == Verdict.OK
    monkeypatch.setattr(registrations, "campus_today", lambda: date(rules.LAST_KNOWN_YEAR, 12, 1))
    assert registrations.check_years().verdict == Verdict.WARN
    CalendarException.objects.create(date=date(rules.LAST_KNOWN_YEAR + 1, 10, 1), is_working=False)
    assert registrations.check_years().verdict == Verdict.OK


@pytest.mark.django_db(transaction=True)
def test_the_command_sets_shows_and_clears() -> None:
    call_command("calendar", "set", "2031-10-01", "2031-10-07", "off", "国庆节", stdout=StringIO())
    shown = StringIO()
    call_command("calendar", "show", "2031", stdout=shown)
    assert "2031-10-07  off      国庆节" in shown.getvalue()
    assert "256 working days, by Monday to Friday" in shown.getvalue()
    call_command("calendar", "clear", "2031-10-01", "2031-10-07", stdout=StringIO())
    assert not CalendarException.objects.exists()
    with pytest.raises(CommandError, match="before the first"):
        call_command("calendar", "set", "2031-10-07", "2031-10-01", "off")
