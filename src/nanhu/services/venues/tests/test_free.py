"""One function offers and books: opening ∩ notice ∖ occupancy, set-up and clear-up taken off on both sides."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from nanhu.kernel.clock import end_of, now, start_of
from nanhu.platforms.campus import api as campus
from nanhu.services.venues import queries, rules
from nanhu.services.venues.errors import NotFreeError
from nanhu.services.venues.models import Application, Booking
from nanhu.services.venues.queries import moment_at
from nanhu.services.venues.services import booking, keeping
from nanhu.services.venues.tests.conftest import SYSTEM, change_venue, in_days, make_school
from nanhu.testing.killing import at_once


def free_on(venue, day):
    spans = queries.free_hours([venue.pk], start_of(day), end_of(day))[venue.pk]
    return [tuple(map(rules.words_of, queries.minutes_on(one, day))) for one in spans]


def said(day, begins, ends, **more):
    hours = {"day": day.isoformat(), "begins": str(begins), "ends": str(ends)}
    return {"title": "讲座", "purpose": "学术报告", "headcount": "30", "use": "", "equipment": "", **hours, **more}


@pytest.mark.capability("A080.1")
@pytest.mark.capability("A080.2")
@pytest.mark.capability("A080.4")
def test_the_worked_example_what_is_offered_is_booked_and_what_is_not_is_refused(school, hall):
    """14:00–16:00 occupies 13:30–16:30; 16:30 is refused with 17:00 in its place, which is booked."""
    existing = school.approved("S1", hall, 14, 16)
    assert [(one.held_from, one.held_to) for one in [existing]] == [
        (moment_at(in_days(7), 810), moment_at(in_days(7), 990))
    ]
    assert free_on(hall, in_days(7)) == [("08:00", "13:00"), ("17:00", "22:00")]
    student = school.client("S2")
    page = student.get(f"/venues/{hall.public_id}/?day={in_days(7)}").content.decode()
    assert f"from={17 * 60}" in page.split("</thead>")[1]
    assert f'apply/?day={in_days(7)}&amp;from={16 * 60}"' not in page
    address = f"/venues/{hall.public_id}/apply/"
    refused = student.post(address, said(in_days(7), 990, 1080))
    assert refused.status_code == 409
    assert "17:00–18:30" in refused.content.decode()
    assert Booking.objects.count() == 1
    answer = student.post(address, said(in_days(7), 1020, 1110))
    assert answer.status_code == 302, answer.content.decode()
    booked = Booking.objects.get(application__person=school["S2"])
    assert (booked.held_from, booked.held_to) == (moment_at(in_days(7), 990), moment_at(in_days(7), 1140))


@pytest.mark.capability("A080.4")
def test_what_it_takes_before_is_another_time_than_what_it_takes_afterwards(school):
    stage = school.venue("b1.2", "排练厅", uses=["hall"], set_up=60, clear_up=15)
    made = school.approved("S1", stage, 14, 16)
    day = in_days(7)
    assert (made.held_from, made.held_to) == (moment_at(day, 780), moment_at(day, 975))
    assert free_on(stage, day) == [("08:00", "12:45"), ("17:15", "22:00")]
    lesson = campus.Hold(
        room=stage.room_id,
        begins_at=moment_at(in_days(8), 600),
        ends_at=moment_at(in_days(8), 720),
        kind="lesson",
        key="1",
        what="排练",
    )
    campus.hold_rooms(by=SYSTEM, source="academic.lesson", holds=[lesson])
    assert free_on(stage, in_days(8)) == [("08:00", "09:45"), ("13:00", "22:00")]


@pytest.mark.capability("A080.1")
def test_whoever_knows_the_hours_finds_the_venues_that_have_them_free(school, hall):
    school.venue("b1.2", "小厅", uses=["hall"], capacity=40)
    school.book("S1", hall, 14, 16)
    student = school.client("S2")

    def found(begins, ends):
        page = student.get("/venues/", {"free_on": str(in_days(7)), "free_from": begins, "free_to": ends})
        return [one.name for one in page.context["list"].page.object_list]

    assert found("16:00", "17:00") == ["小厅"]
    assert found("17:00", "18:00") == ["报告厅", "小厅"]
    assert found("06:00", "07:00") == []
    for day in ("0001-01-01", "9999-12-31", "x", "\0"):
        far = {"free_on": day, "free_from": "00:00", "free_to": "23:59", "day": day, "use": "\0", "page": "9" * 30}
        assert student.get("/venues/", far).status_code == 200
        assert student.get(f"/venues/{hall.public_id}/", far).status_code == 200


@pytest.mark.capability("A080.2")
def test_two_bookings_share_the_gap_where_the_venue_says_so(school):
    court = school.venue("b1.2", "羽毛球馆", uses=["sports"], set_up=30, clear_up=30, turnover=30)
    school.book("S1", court, 14, 16)
    assert free_on(court, in_days(7)) == [("08:00", "13:30"), ("16:30", "22:00")]
    campus.hold_rooms(
        by=SYSTEM,
        source="academic.lesson",
        holds=[
            campus.Hold(
                room=court.room_id,
                begins_at=moment_at(in_days(8), 600),
                ends_at=moment_at(in_days(8), 720),
                kind="lesson",
                key="1",
                what="体育",
            )
        ],
    )
    assert free_on(court, in_days(8)) == [("08:00", "09:30"), ("12:30", "22:00")], "a lesson brings no gap of its own"


@pytest.mark.capability("A080.4")
def test_lessons_in_the_timetable_are_never_offered(school, hall):
    lesson = campus.Hold(
        room=hall.room_id,
        begins_at=moment_at(in_days(9), 480),
        ends_at=moment_at(in_days(9), 580),
        kind="lesson",
        key="1",
        what="高等数学",
    )
    campus.hold_rooms(by=SYSTEM, source="academic.lesson", holds=[lesson])
    assert free_on(hall, in_days(9)) == [("10:10", "22:00")]
    page = school.client("S1").get(f"/venues/{hall.public_id}/?day={in_days(9)}").content.decode()
    assert ">课</a>" in page
    with pytest.raises(NotFreeError):
        school.book("S1", hall, 9, 10, day=9)


@pytest.mark.capability("A080.1")
def test_seasons_notice_horizon_and_withdrawal_bound_what_is_free(school, hall):
    closed = in_days(20)
    keeping.set_season(
        by=SYSTEM, venue=hall, season="平时", first=date(2020, 1, 1), last=in_days(15), week=[[(480, 720)]] * 7
    )
    keeping.set_season(
        by=SYSTEM, venue=hall, season="寒假", first=in_days(16), last=in_days(18), week=[[(600, 660)]] * 7
    )
    change_venue(hall, notice_days=3, ahead_days=17)
    assert [free_on(hall, in_days(day)) for day in (2, 3, 15, 16, 18)] == [
        [],
        [("08:00", "12:00")],
        [("08:00", "12:00")],
        [("10:00", "11:00")],
        [],
    ]
    assert free_on(hall, closed) == []
    campus.close_place(by=SYSTEM, place=campus.place_with("b1"), reason="装修")
    assert free_on(hall, in_days(5)) == [], "closed with its building"
    campus.reopen_place(by=SYSTEM, place=campus.place_with("b1"), reason="装好了")
    assert free_on(hall, in_days(5)) == [("08:00", "12:00")]
    keeping.withdraw(by=SYSTEM, venue=hall, reason="装修")
    assert free_on(hall, in_days(5)) == []


@pytest.mark.parametrize("day", ["2028-02-29", "2026-12-31", "2026-10-01"])
def test_days_of_any_calendar_are_cut_at_midnight(school, hall, travel, day):
    wanted = date.fromisoformat(day)
    keeping.set_season(by=SYSTEM, venue=hall, season="平时", first=date(2020, 1, 1), last=None, week=[[(0, 1440)]] * 7)
    travel(start_of(wanted - timedelta(days=2)))
    assert free_on(hall, wanted) == [("00:00", "24:00")]
    nights = queries.free_hours([hall.pk], start_of(wanted), end_of(wanted + timedelta(days=1)))[hall.pk]
    assert nights == [(start_of(wanted), end_of(wanted + timedelta(days=1)))]


def overlaps():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM campus_occupancy a JOIN campus_occupancy b"
            " ON a.room_id = b.room_id AND a.id < b.id AND a.during && b.during AND a.held AND b.held"
        )
        return cursor.fetchone()[0]


@pytest.mark.slow
@pytest.mark.capability("A080.2")
@pytest.mark.django_db(transaction=True)
def test_of_fifty_who_want_one_hour_one_gets_it():
    school = make_school()
    hall = school.venue("b1.1", "报告厅", uses=["hall"], set_up=30, clear_up=30)

    def attempt(number):
        who = ("S1", "S2", "S3", "A1")[number % 4]
        try:
            school.book(who, hall, 14, 16, title=f"{number} {uuid4()}")
        except NotFreeError:
            return 0
        return 1

    assert sum(at_once([lambda one=one: attempt(one) for one in range(50)])) == 1
    assert Booking.objects.count() == 1
    assert overlaps() == 0


@pytest.mark.capability("A080.2")
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_granted_and_released_at_one_moment_it_is_one_of_both_and_its_hours_say_so(monkeypatch):
    """The clock asks whether the process has spoken; here it has not been heard."""
    school = make_school()
    hall = school.venue("b1.1", "报告厅", uses=["hall"])
    made = school.book("S1", hall, 14, 16)
    Application.objects.update(held_until=now())
    monkeypatch.setattr(booking, "end_case", lambda *_given: None)
    approve = transaction.atomic(lambda: booking.approve(made.application))
    at_once([approve, lambda: booking.release_idle(made), lambda: booking.release_idle(made), approve])
    made.refresh_from_db()
    is_held = campus.stays(hall.room, made.held_from, made.held_to).exists()
    assert (made.state, is_held) in {("approved", True), ("released", False)}
    assert made.sequence == 1
