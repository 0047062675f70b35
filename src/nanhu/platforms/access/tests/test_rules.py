"""The rules in Python and in the database say the same; windows are exactly the minutes at which the door opens."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from nanhu.platforms.access.rules import Spoken, deciding, windows, without_days
from nanhu.platforms.access.services.slots import stretches

MONDAY = date(2026, 11, 23)
quarters = st.builds(lambda n: time(n // 4, n % 4 * 15), st.integers(0, 95))
days = st.builds(lambda n: MONDAY + timedelta(days=n), st.integers(-3, 10))
moments = st.builds(lambda day, n: datetime.combine(day, time()) + timedelta(minutes=n), days, st.integers(0, 1439))


@st.composite
def rules(draw):
    starts_on = draw(days)
    return Spoken(
        id=draw(st.integers(1, 99)),
        is_allowed=draw(st.booleans()),
        names_person=draw(st.booleans()),
        weekdays=draw(st.integers(1, 127)),
        from_time=draw(quarters),
        until_time=draw(quarters),
        starts_on=starts_on,
        ends_on=draw(st.none() | st.integers(0, 9).map(lambda n: starts_on + timedelta(days=n))),
    )


@pytest.mark.capability("A100.2")
@given(held=st.lists(rules(), max_size=5), at=moments)
def test_windows_are_the_minutes_at_which_the_door_opens(held, at):
    first, span = MONDAY, 8
    rule = deciding(held, at)
    is_within = datetime.combine(first, time()) <= at < datetime.combine(first + timedelta(days=span), time())
    opens = is_within and rule is not None and rule.is_allowed
    found = windows(held, first=first, days=span)
    assert any(begin <= at < end for begin, end in found) is opens
    assert all(one[1] < other[0] for one, other in pairwise(found)), "joined and in order"
    assert any(begin <= at < end for begin, end in without_days(found, {at.date()})) is False


def holds_in_the_database(rule, at) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT access_holds(%s, %s, %s, %s, %s, %s)",
            [rule.weekdays, rule.from_time, rule.until_time, rule.starts_on, rule.ends_on, at],
        )
        return cursor.fetchone()[0]


@pytest.mark.capability("A100.2")
@pytest.mark.django_db
@settings(max_examples=150)
@given(rule=rules(), at=moments)
def test_the_database_says_the_same_as_the_program(rule, at):
    assert holds_in_the_database(rule, at) is rule.holds(at)


@pytest.mark.capability("A100.2")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hours", "is_held"), [(-1, True), (0, True), (6, True), (7, False), (-20, False), (24, False), (30, False)]
)
def test_a_night_belongs_to_the_day_it_begins(hours, is_held):
    friday = date(2026, 11, 27)
    night = Spoken(
        id=1,
        is_allowed=True,
        weekdays=1 << friday.weekday(),
        from_time=time(22),
        until_time=time(6),
        starts_on=MONDAY,
        ends_on=friday,
    )
    at = datetime.combine(friday, time(23)) + timedelta(hours=hours)
    assert (night.holds(at), holds_in_the_database(night, at)) == (is_held, is_held)


@pytest.mark.capability("A100.2")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "is_held"), [(time(7, 59, 59), False), (time(8), True), (time(17, 59, 59), True), (time(18), False)]
)
def test_hours_hold_from_their_first_moment_and_no_more_at_their_last(at, is_held):
    day = Spoken(id=1, is_allowed=True, from_time=time(8), until_time=time(18), starts_on=MONDAY, ends_on=MONDAY)
    moment = datetime.combine(MONDAY, at)
    is_open = any(begin <= moment < end for begin, end in windows([day], first=MONDAY, days=1))
    assert (day.holds(moment), holds_in_the_database(day, moment), is_open) == (is_held, is_held, is_held)


begins = st.builds(lambda n: datetime.combine(MONDAY, time()) + timedelta(minutes=15 * n), st.integers(0, 95))
lasts = st.builds(lambda n: timedelta(minutes=15 * n), st.integers(1, 300))


@given(first=begins, lasting=lasts)
def test_the_hours_of_a_booking_are_open_and_no_others_however_long_it_is(first, lasting):
    """Over two midnights, or exactly a day long, one rule said other hours, or the day before."""
    last = first + lasting
    held = [
        Spoken(id=1, is_allowed=True, starts_on=one, ends_on=other, from_time=begin, until_time=end)
        for one, other, begin, end in stretches(first, last)
    ]
    assert len(held) <= 3
    assert windows(held, first=MONDAY - timedelta(days=2), days=9) == [(first, last)]
