"""The sample's calendar: terms that follow each other on any day, three hundred rooms, this term's lessons in them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanhu.platforms.campus import api as campus
from nanhu.sample import school_calendar
from nanhu.sample.demo import steps

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@given(DAYS)
def test_on_any_day_one_term_has_begun_and_none_overlap(today):
    orders = school_calendar.terms(today)
    for one, later in pairwise(orders):
        weeks = timedelta(weeks=one.teaching_weeks + one.exam_weeks)
        assert one.first_monday.weekday() == 0
        assert one.first_monday + weeks <= later.first_monday
    assert orders[school_calendar.current(orders, today)].first_monday <= today


@given(DAYS)
def test_every_day_of_these_years_has_its_hours(today):
    spans = [(first, last) for _season, first, last in school_calendar.seasons(today)]
    for order in school_calendar.terms(today):
        for week in range(order.teaching_weeks + order.exam_weeks):
            day = order.first_monday + timedelta(weeks=week)
            assert sum(first <= day <= last for first, last in spans) == 1


def test_the_rooms_are_three_hundred_and_each_a_room_of_its_building():
    rooms = school_calendar.rooms()
    assert len(rooms) == 300
    assert {room["building"] for room in rooms.values()} == {key for key, *_more in school_calendar.BUILDINGS}


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("today", [date(2026, 11, 28), date(2026, 8, 20), date(2028, 2, 29)])
def test_the_demo_has_an_open_term_with_lessons_in_its_rooms(monkeypatch, today):
    monkeypatch.setattr(school_calendar, "TAUGHT", 6)
    monkeypatch.setattr(steps, "sample_day", lambda: today)
    steps.write_the_calendar(lambda *_progress: None)
    term = campus.open_term()
    assert term.first_monday <= today
    assert [one.state for one in campus.Term.objects.filter(first_monday__lt=term.first_monday)].count("open") == 0
    lessons = campus.Occupancy.objects.filter(term=term, held=True)
    assert lessons.count() > 500
    assert campus.Occupancy.objects.filter(source="sample.booking").count() == 3
    undecided = [one.day for one in campus.term_days(term) if one.kind == "undecided"]
    assert len(undecided) <= 1
    assert all(day > today for day in undecided)
    last = campus.day_of(term, term.teaching_weeks, 7)
    assert not lessons.filter(during__startswith__date__gt=last).exists()


@pytest.mark.django_db
def test_a_calendar_that_was_broken_off_is_begun_again(monkeypatch):
    monkeypatch.setattr(school_calendar, "TAUGHT", 1)
    monkeypatch.setattr(steps, "sample_day", lambda: date(2026, 11, 28))
    fill = steps.fill_rooms
    monkeypatch.setattr(steps, "fill_rooms", lambda *_asked: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        steps.write_the_calendar(lambda *_progress: None)
    assert not campus.Term.objects.exists()
    monkeypatch.setattr(steps, "fill_rooms", fill)
    steps.write_the_calendar(lambda *_progress: None)
    assert campus.open_term()
