"""Bookings from the form to the key: approval, waiting, series, cancelling, absence, displacing, keys and bills; through the pages."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test import Client
from icalendar import Calendar

from nanhu.kernel import read_only
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.tests.counting import queries_of, statements_of
from nanhu.platforms.campus import api as campus
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.identity import api as identity
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.services.venues import jobs, queries, registrations, subscribers
from nanhu.services.venues.models import Application, Booking, Venue, Waiting
from nanhu.services.venues.queries import moment_at
from nanhu.services.venues.rules import fee_of
from nanhu.services.venues.services import holding, keys
from nanhu.services.venues.tests.conftest import SYSTEM, change_venue, in_days
from nanhu.services.venues.tests.test_free import free_on, said
from nanhu.testing import merging
from nanhu.testing.inboxes import texts_to

State = Booking.State
MOST_OF_A_BOOKING = 47


def task_page(made):
    return f"/flows/tasks/{Task.objects.get(case_id=made.application.case_id, state='open').public_id}/"


def press(client, address, fields=None):
    return client.post(address, {"revision": 0, **(fields or {})})


def decide(client, made, decision="agree"):
    task = Task.objects.get(case_id=made.application.case_id, state="open")
    sent = {"decision": decision, "revision": task.revision, "comment": "与考试冲突，请改天"}
    answer = client.post(f"/flows/tasks/{task.public_id}/decide/", sent)
    deliver_pending()
    return answer


@pytest.mark.capability("A080.3")
def test_it_is_held_until_the_venues_posts_agree_and_the_applicant_never_does(school, hall):
    school.post(hall, "second", "1000", "head")
    student = school.client("S1")
    address = f"/venues/{hall.public_id}/apply/"
    answer = student.post(address, said(in_days(7), 840, 960))
    made = Booking.objects.get()
    assert answer["Location"] == f"/venues/mine/{made.public_id}/"
    assert made.state == State.HELD
    assert free_on(hall, in_days(7)) == [("08:00", "13:00"), ("17:00", "22:00")], "held while it waits"
    head = school.client("H1")
    assert "报告厅" in head.get("/flows/").content.decode(), "a task among what waits for him"
    assert decide(student, made).status_code in {404, 409}
    assert decide(head, made).status_code == 302
    made.refresh_from_db()
    assert made.state == State.HELD, "the second post has not spoken"
    assert decide(school.client("H2"), made).status_code == 302
    made.refresh_from_db()
    assert made.state == State.APPROVED
    assert "已批准" in student.get(f"/venues/mine/{made.public_id}/").content.decode()


def test_what_is_to_come_stands_first_the_nearest_on_top_and_nobody_reads_how_many_levels_decide(school, hall):
    school.post(hall, "second", "1000", "head")
    far, near = school.book("S1", hall, 14, 16, day=9), school.book("S1", hall, 14, 16, day=7)
    over = school.book("S1", hall, 14, 16, day=8)
    student = school.client("S1")
    student.post(f"/venues/mine/{over.public_id}/cancel/", {"reason": "改期"})
    listed = [one.pk for one in student.get("/venues/mine/").context["list"].page.object_list]
    assert listed == [near.pk, far.pk, over.pk]
    case = student.get(f"/flows/cases/{Case.objects.get(pk=near.application.case_id).public_id}/").content.decode()
    task = Task.objects.get(case_id=near.application.case_id, state="open")
    read = school.client("H1").get(f"/flows/tasks/{task.public_id}/").content.decode()
    assert ["场地" in page and "审批级数" not in page for page in (case, read)] == [True, True]


def test_a_booking_asks_the_database_little(school, hall):
    """From the form to the answer, with its case, its task, its messages and three lines of audit."""
    student, address = school.client("S1"), f"/venues/{hall.public_id}/apply/"

    def book(hour):
        form = said(in_days(7), hour * 60, hour * 60 + 60, form_token=uuid4())
        assert student.post(address, form).status_code == 302

    book(9)
    assert len(statements_of(lambda: book(12))) <= MOST_OF_A_BOOKING
    assert Booking.objects.count() == 2


@pytest.mark.capability("A080.3")
def test_an_approver_who_applies_is_decided_by_whoever_stands_above_him(school, hall):
    made = school.book("H1", hall, 14, 16)
    assert decide(school.client("H1"), made).status_code in {404, 409}
    assert Task.objects.get(case_id=made.application.case_id).pool_unit_id == school.units["1000"]
    assert decide(school.client("H2"), made).status_code == 302
    made.refresh_from_db()
    assert made.state == State.APPROVED


@pytest.mark.capability("A168.2")
def test_a_calendar_hears_what_was_refused_released_or_not_come_to(school, hall, travel):
    absent = school.approved("S1", hall, 9, 10, day=1)
    refused, idle = (school.book("S1", hall, hour, hour + 1) for hour in (13, 17))
    student, wanted = school.client("S1"), {"form_token": uuid4(), "feeds": ["venues.bookings"]}
    page = student.post("/calendar/subscription/make/", wanted).content.decode()
    own = "/calendar/" + page.split("webcal:", 1)[1].split("/calendar/", 1)[1].split(".ics")[0] + ".ics"

    def states(address):
        events = Calendar.from_ical(Client().get(address).content).walk("VEVENT")
        return {str(one["uid"]).partition("@")[0]: str(one.get("status", "")) for one in events}

    uids = [f"venues.booking.{one.public_id}" for one in (absent, refused, idle)]
    assert states(own).keys() >= set(uids)
    decide(school.client("H1"), refused, "refuse")
    deliver_pending()
    travel(absent.begins_at + timedelta(minutes=21))
    keys.note_absent(by=SYSTEM, booking=absent)
    travel(now() + timedelta(hours=25))
    jobs.watch()
    assert {str(one.state) for one in Booking.objects.all()} == {"no_show", "refused", "released"}
    assert [states(own).get(one) for one in uids] == ["CANCELLED"] * 3
    assert states(f"/venues/door/{hall.sign_key}.ics") == {uids[0]: "CANCELLED"}, "it never heard of the others"


def switch(word, *more):
    call_command("read_only", word, *more)
    read_only.current.forget()


def test_the_hours_of_a_read_only_school_count_against_nobody(school, hall, travel):
    """Nobody could decide an application, take an offer or be given a key; afterwards each has his time, and it ends as ever."""
    court = school.venue("b1.2", "球馆", uses=["sports"], key_desk="前台")
    came = school.approved("S3", court, 10, 14, day=1)
    taken, undecided = school.approved("S1", hall, 14, 16), school.book("S2", hall, 9, 10)
    began = came.begins_at - timedelta(hours=1)
    travel(began)
    Application.objects.filter(pk=undecided.application_id).update(held_until=began + timedelta(hours=1))
    hours = {"day": str(taken.begins_at.astimezone(CAMPUS_ZONE).date()), "begins": "840", "ends": "960"}
    assert school.client("S2").post(f"/venues/{hall.public_id}/wait/", hours).status_code == 302
    school.client("S1").post(f"/venues/mine/{taken.public_id}/cancel/", {})
    assert Waiting.objects.get().offered_until == began + timedelta(hours=2)

    switch("on", "存储告警")
    over = came.ends_at - timedelta(minutes=30)
    travel(over)
    switch("off")
    jobs.watch()
    for one in (came, undecided):
        one.refresh_from_db()
    offer = Waiting.objects.get()
    assert (came.state, undecided.state, offer.state) == ("approved", "held", "offered")
    assert (undecided.application.held_until, offer.offered_until) == (
        over + timedelta(hours=1),
        over + timedelta(hours=2),
    )
    keys.hand_out(by=SYSTEM, keeper_id=None, booking=came)

    travel(over + timedelta(hours=2))
    jobs.watch()
    for one in (undecided, offer):
        one.refresh_from_db()
    assert (undecided.state, offer.state) == ("released", "lapsed")


@pytest.mark.capability("A080.4")
def test_refused_and_withdrawn_and_idle_ones_let_their_hours_go(school, hall, travel):
    refused, withdrawn, idle = (school.book("S1", hall, hour, hour + 1) for hour in (9, 13, 17))
    decide(school.client("H1"), refused, "refuse")
    case = Case.objects.get(pk=withdrawn.application.case_id)
    school.client("S1").post(f"/flows/cases/{case.public_id}/withdraw/")
    deliver_pending()
    travel(now() + timedelta(hours=25))
    jobs.watch()
    jobs.watch()
    for one in (refused, withdrawn, idle):
        one.refresh_from_db()
    assert [refused.state, withdrawn.state, idle.state] == [State.REFUSED, State.CANCELLED, State.RELEASED]
    assert Case.objects.get(pk=idle.application.case_id).outcome == "cancelled"
    assert free_on(hall, campus_today() + timedelta(days=6)) == [("08:00", "22:00")]


def test_a_form_that_no_cell_was_tapped_for_begins_when_the_venue_opens(school, hall):
    for page in ("series", "apply"):
        shown = school.client("S1").get(f"/venues/{hall.public_id}/{page}/").content.decode()
        assert '<option value="480" selected>' in shown


@pytest.mark.capability("A080.2", "A080.4")
def test_a_series_says_which_dates_clash_and_books_those_that_the_applicant_agrees_to(school, hall):
    change_venue(hall, ahead_days=200)
    for week in (3, 9):
        school.book("S2", hall, 14, 15, day=7 + 7 * week)
    student, address = school.client("S1"), f"/venues/{hall.public_id}/series/"
    wanted = said(in_days(7), 840, 960, last_day=str(in_days(7 + 7 * 15)), weeks="1")
    shown = student.post(address, wanted)
    page = shown.content.decode()
    assert "16 天里 14 天空着" in page
    assert "约其中 14 天（共 16 天）" in page
    assert page.count("这天可以：16:00–18:00") + page.count("16:00–18:00") >= 2
    assert Booking.objects.count() == 2, "nothing is booked before the second press"
    dates = shown.context["preview"]["dates"]
    done = student.post(address, wanted | {"confirmed": "1", "dates": dates})
    assert done.status_code == 302, done.content.decode()
    assert Booking.objects.filter(application__person=school["S1"]).count() == 14
    last = said(in_days(7 + 7 * 15), 840, 960)
    assert school.client("S3").post(f"/venues/{hall.public_id}/apply/", last).status_code == 409, "each date is held"
    every_second = student.post(address, wanted | {"weeks": "2", "begins": "1200", "ends": "1260"}).content.decode()
    assert "8 天里 8 天空着" in every_second
    assert Case.objects.filter(applicant=school["S1"]).count() == 1, "one application"
    forged = student.post(address, wanted | {"confirmed": "1", "dates": f"{in_days(28)}"})
    assert forged.status_code == 409, "a date that is taken is not taken from the address"
    made = Booking.objects.filter(application__person=school["S1"]).first()
    decide(school.client("H1"), made)
    assert Booking.objects.filter(state=State.APPROVED).count() == 14


@pytest.mark.capability("A080.4")
def test_cancelled_a_day_before_it_is_free_and_later_it_counts(school, hall, travel):
    early, late = school.approved("S1", hall, 9, 10), school.approved("S1", hall, 14, 15)
    for one in (early, late):
        travel(one.begins_at - (timedelta(hours=24) if one is early else timedelta(hours=23, minutes=59)))
        student = school.client("S1")
        assert student.post(f"/venues/mine/{one.public_id}/cancel/", {"reason": "改期"}).status_code == 302
        one.refresh_from_db()
    assert [early.is_late_cancel, late.is_late_cancel] == [False, True]
    assert student.post(f"/venues/mine/{early.public_id}/cancel/", {}).status_code == 409
    assert not campus.stays(hall.room, early.held_from, late.held_to).exists()
    stranger = school.client("S2")
    assert stranger.post(f"/venues/mine/{late.public_id}/cancel/", {}).status_code == 404


@pytest.mark.capability("A080.3")
def test_who_missed_three_this_term_needs_his_units_leader(school, hall, travel):
    missed = [school.approved("S1", hall, hour, hour + 1) for hour in (8, 11, 14)]
    travel(missed[-1].begins_at + timedelta(minutes=19))
    keeper = school.client("K1")
    assert keeper.post(f"/venues/desk/bookings/{missed[-1].public_id}/absent/").status_code == 409
    travel(missed[-1].begins_at + timedelta(minutes=20))
    for one in missed:
        assert keeper.post(f"/venues/desk/bookings/{one.public_id}/absent/").status_code == 302
    made = school.book("S1", hall, 14, 16, day=10)
    assert made.application.needs_leader
    forgiven = f"/venues/desk/bookings/{missed[0].public_id}/pardon/"
    assert keeper.post(forgiven, {"reason": ""}).status_code == 422
    assert keeper.post(forgiven, {"reason": "刷了同学的卡进来"}).status_code == 302
    assert keeper.post(forgiven, {"reason": "再来一次"}).status_code == 409
    assert not school.book("S1", hall, 18, 19, day=10).application.needs_leader
    assert decide(school.client("H1"), made).status_code == 302
    made.refresh_from_db()
    assert made.state == State.HELD
    assert decide(school.client("C1"), made).status_code == 302
    made.refresh_from_db()
    assert made.state == State.APPROVED


@pytest.mark.capability("A080.3")
def test_more_than_a_hundred_need_a_sponsor_who_agrees(school, hall):
    student, address = school.client("S1"), f"/venues/{hall.public_id}/apply/"
    assert student.post(address, said(in_days(7), 840, 960, headcount=101)).status_code == 422
    assert student.post(address, said(in_days(7), 840, 960, headcount=101, sponsor="S2")).status_code == 422
    assert student.post(address, said(in_days(7), 840, 960, headcount=301, sponsor="A1")).status_code == 422
    own = school.client("A1").post(address, said(in_days(7), 840, 960, headcount=101, sponsor="A1"))
    assert own.status_code in {409, 422}, "nobody answers for himself"
    assert not Booking.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        school.book("S1", hall, 9, 10)
        Application.objects.update(headcount=101)
    assert student.post(address, said(in_days(7), 840, 960, headcount=101, sponsor="A1")).status_code == 302
    made = Booking.objects.get()
    assert decide(school.client("H1"), made).status_code == 302
    assert decide(school.client("A1"), made).status_code == 302
    made.refresh_from_db()
    assert made.state == State.APPROVED
    assert school.client("A1").get(f"/venues/mine/{made.public_id}/").status_code == 200, "he sees what he answers for"
    assert school.client("A1").post(f"/venues/mine/{made.public_id}/cancel/", {}).status_code == 404


@pytest.mark.capability("A080.4")
def test_the_line_is_asked_in_its_order_for_two_hours_each(school, hall, travel):
    made = school.approved("S1", hall, 14, 16)
    day = in_days(7)  # as it is before the two hours pass, maybe over midnight
    hours = {"day": str(day), "begins": "840", "ends": "960"}
    second, third = school.client("S2"), school.client("S3")
    wait = f"/venues/{hall.public_id}/wait/"
    assert second.post(wait, hours | {"begins": "1140", "ends": "1200"}).status_code == 409, "free: it is booked"
    assert second.post(wait, hours | {"begins": "60", "ends": "120"}).status_code == 422, "never open"
    for client in (second, third):
        assert client.post(wait, hours).status_code == 302
    assert second.post(wait, hours).status_code == 409
    school.client("S1").post(f"/venues/mine/{made.public_id}/cancel/", {})
    states = Waiting.objects.order_by("pk")
    assert [one.state for one in states.all()] == ["offered", "waits"]
    apply = f"/venues/{hall.public_id}/apply/"
    assert third.post(apply, said(day, 840, 960)).status_code == 409, "it is kept for who comes first"
    travel(now() + timedelta(hours=2))
    second, third = school.client("S2"), school.client("S3")
    assert second.post(apply, said(day, 840, 960)).status_code == 409, "his two hours are over"
    jobs.watch()
    assert [one.state for one in states.all()] == ["lapsed", "offered"]
    assert "轮到您了" in third.get("/venues/mine/").content.decode()
    assert third.post(apply, said(day, 840, 960)).status_code == 302
    assert [one.state for one in states.all()] == ["lapsed", "taken"]
    assert Booking.objects.filter(state=State.HELD).get().application.person_id == school["S3"]


@pytest.mark.capability("A080.4")
def test_displaced_he_is_told_and_moves_to_one_of_the_nearest_three(school, hall):
    near = school.venue("b1.2", "近的", uses=["hall"])
    school.venue("b2.1", "远的", uses=["hall"])
    small = school.venue("b1.3", "小的", uses=["hall"], capacity=5)
    taken = school.venue("b2.2", "占着的", uses=["hall"])
    school.book("S2", taken, 14, 15)
    made = school.approved("S1", hall, 14, 16)
    before = made.sequence
    assert (
        school.client("K1").post(f"/venues/desk/bookings/{made.public_id}/displace/", {"reason": "x"}).status_code
        == 404
    )
    office = school.client("O1")
    assert office.post(f"/venues/desk/bookings/{made.public_id}/displace/", {"reason": "四六级"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.reason) == (State.DISPLACED, "四六级")
    assert free_on(hall, in_days(7))[0] == ("08:00", "13:00"), "it was taken for something"
    student = school.client("S1")
    page = student.get(f"/venues/mine/{made.public_id}/").content.decode()
    assert page.index("近的") < page.index("远的")
    assert "小的" not in page
    assert "占着的" not in page
    move = f"/venues/mine/{made.public_id}/move/"
    for wrong in (small, taken, hall):
        assert student.post(f"{move}{wrong.pk}/").status_code == 404
    assert school.client("S2").post(f"{move}{near.pk}/").status_code == 404
    assert student.post(f"{move}{near.pk}/").status_code == 302
    made.refresh_from_db()
    assert (made.state, made.venue_id) == (State.APPROVED, near.pk)
    assert made.sequence == before + 2, "calendars see each change"
    assert free_on(near, in_days(7)) == [("08:00", "14:00"), ("16:00", "22:00")]


@pytest.mark.capability("A080.4")
def test_a_key_goes_out_and_comes_back_with_the_meter_and_the_damage_is_a_bill(school, travel):
    court = school.venue(
        "b1.2", "羽毛球馆", uses=["sports"], key_desk="体育馆前台", fee_fen=5_000, fee_item="venues.fee"
    )
    made = school.approved("S1", court, 14, 16)
    address = f"/venues/desk/bookings/{made.public_id}/"
    travel(made.held_from - timedelta(minutes=16))
    desk = school.client("K1")
    assert school.client("S1").post(f"{address}key-out/", {"meter": "100"}).status_code == 404, "the keeper's alone"
    early = desk.post(f"{address}key-out/", {"meter": "100"})
    assert early.status_code == 409
    assert "13:45" in early.content.decode()
    travel(made.held_from - timedelta(minutes=15))
    assert desk.post(f"{address}key-out/", {"meter": "100"}).status_code == 302
    assert desk.post(f"{address}key-out/", {"meter": "100"}).status_code == 409
    assert registrations.keys_out([school["S1"]], "leaving")[school["S1"]][0].what == "羽毛球馆的钥匙没有还"
    travel(made.held_to + timedelta(minutes=16))
    desk = school.client("K1")
    assert "钥匙该还了" in desk.get(address).content.decode()
    assert desk.post(f"{address}key-in/", {"meter": "99"}).status_code == 422
    assert desk.post(f"{address}key-in/", {"meter": "120", "damage_fen": "80"}).status_code == 422
    assert desk.post(f"{address}key-in/", {"damage": "门", "damage_fen": "99999999"}).status_code == 422
    done = {"meter": "120", "damage": "网架断了", "damage_fen": "80"}
    assert desk.post(f"{address}key-in/", done, headers={"Accept-Language": "en"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.meter_out, made.meter_in) == (State.CLOSED, 100, 120)
    assert registrations.keys_out([school["S1"]], "leaving") == {}
    bills = {bill.key.partition(":")[0]: bill.amount_fen for bill in ledger.Bill.objects.filter(person=school["S1"])}
    assert bills == {"venues.fee": 10_000, "venues.damage": 8_000}
    names = sorted(ledger.Bill.objects.values_list("name", flat=True))
    assert [one.partition("：")[0] for one in names] == ["场地使用费", "场地损坏赔偿"], (
        "who pays reads them, not who pressed"
    )
    assert "迟还" in desk.get(address).content.decode()


@pytest.mark.capability("A080.4")
def test_the_keeper_does_not_hand_himself_a_key(school, hall, travel):
    made = school.approved("K1", hall, 14, 16)
    travel(made.begins_at)
    assert school.client("K1").post(f"/venues/desk/bookings/{made.public_id}/key-out/", {}).status_code == 409


@pytest.mark.capability("A080.2")
def test_a_form_sent_twice_books_once_and_anothers_token_is_refused(school, hall):
    token = str(uuid4())
    first, other = school.client("S1"), school.client("S2")
    address, fields = f"/venues/{hall.public_id}/apply/", said(in_days(7), 840, 960) | {"form_token": token}
    answers = [first.post(address, fields) for _twice in range(2)]
    assert {one["Location"] for one in answers} == {f"/venues/mine/{Booking.objects.get().public_id}/"}
    assert other.post(address, fields | {"begins": "540", "ends": "600"}).status_code == 409
    assert Booking.objects.count() == 1


@pytest.mark.capability("A080.1")
def test_another_persons_booking_is_not_there_and_the_grid_does_not_tell_whose_it_is(school, hall):
    made = school.approved("S1", hall, 14, 16, title="秘密聚会")
    stranger = school.client("S2")
    assert stranger.get(f"/venues/mine/{made.public_id}/").status_code == 404
    assert stranger.get(f"/venues/desk/bookings/{made.public_id}/").status_code == 404
    page = stranger.get(f"/venues/{hall.public_id}/?day={in_days(7)}").content.decode()
    assert "秘密聚会" not in page
    assert "林晓湖" not in page
    mine = school.client("S1").get(f"/venues/{hall.public_id}/?day={in_days(7)}").content.decode()
    assert [one.count("您已约") > 0 for one in (mine, page)] == [True, False], "one's own is marked to oneself alone"
    room = stranger.get(f"/campus/rooms/b1.1/?week={in_days(7)}").content.decode()
    assert "秘密聚会" not in room


@pytest.mark.capability("A168.1")
def test_a_venue_of_one_unit_or_one_face_is_not_there_for_others(school):
    own = school.venue("b1.1", "院会议室", uses=["hall"], only_unit_id=school.units["12"])
    staff = school.venue("b1.2", "教工厅", uses=["hall"], faces=["staff"])
    assert school.client("S1").get(f"/venues/{own.public_id}/").status_code == 200
    assert school.client("H1").get(f"/venues/{own.public_id}/").status_code == 404
    assert school.client("S1").get(f"/venues/{staff.public_id}/").status_code == 404
    assert school.client("S1").post(f"/venues/{staff.public_id}/apply/", said(in_days(7), 840, 960)).status_code == 404
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"begins": "845"},
        {"ends": "840"},
        {"day": "2020-01-01"},
        {"day": "9999-12-31"},
        {"title": ""},
        {"title": "a\0b"},
        {"purpose": "a\0b"},
        {"equipment": "\0"},
        {"headcount": "0"},
        {"headcount": "99999999999"},
        {"use": "studio\0"},
        {"title": "名" * 41},
    ],
)
@pytest.mark.capability("A080.2")
def test_what_is_no_booking_is_refused_beside_its_field(school, hall, bad):
    answer = school.client("S1").post(f"/venues/{hall.public_id}/apply/", said(in_days(7), 840, 960) | bad)
    assert answer.status_code == 422
    assert not Booking.objects.exists()


def test_html_is_text_everywhere(school, hall):
    made = school.approved("S1", hall, 14, 16, title="<script>alert(1)</script>", purpose="<b>粗</b>")
    pages = [
        school.client("S1").get(f"/venues/mine/{made.public_id}/"),
        school.client("K1").get(f"/venues/desk/bookings/{made.public_id}/"),
        school.client("S2").get(f"/venues/door/{hall.sign_key}/"),
    ]
    assert all("<script>alert" not in one.content.decode() and "<b>粗" not in one.content.decode() for one in pages)


def test_who_leaves_has_no_hours_ahead_of_him(school, hall):
    made = school.approved("S1", hall, 14, 16)
    record = people.PersonRecord(
        key="S1",
        person_id=school["S1"],
        name="林晓湖",
        affiliations=(
            people.AffiliationRecord(
                kind="student",
                campus_no="S1",
                starts_on=in_days(-900),
                ends_on=in_days(-1),
                unit_code="12",
                state="ended",
            ),
        ),
    )
    people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test", title="测试"))
    deliver_pending()
    made.refresh_from_db()
    assert made.state == State.CANCELLED
    assert free_on(hall, in_days(7)) == [("08:00", "22:00")]


@pytest.mark.capability("A080.3")
def test_each_change_stands_in_the_log_and_is_told(school, hall):
    made = school.approved("S1", hall, 14, 16)
    school.client("S1").post(f"/venues/mine/{made.public_id}/cancel/", {"reason": "雨"})
    found = AuditEntry.objects.filter(action__startswith="venues.").order_by("pk").values_list("action", flat=True)
    assert list(found)[-3:] == ["venues.book", "venues.approve", "venues.cancel"]
    assert any("批准" in one for one in texts_to(school["S1"]))


def test_the_fee_counts_each_half_hour_that_was_begun():
    begins = moment_at(campus_today(), 600)
    assert [fee_of(5_000, begins, begins + timedelta(minutes=one)) for one in (30, 60, 61, 75, 90)] == [
        2_500,
        5_000,
        7_500,
        7_500,
        7_500,
    ]


def absences_noted(school, booking, travel):
    travel(booking.begins_at + timedelta(minutes=20))
    answer = school.client("K1").post(f"/venues/desk/bookings/{booking.public_id}/absent/")
    booking.refresh_from_db()
    return answer.status_code


@pytest.mark.capability("A080.3")
def test_who_was_marked_absent_by_mistake_has_his_hours_and_the_key_again(school, hall, travel):
    made = school.approved("S1", hall, 14, 16)
    assert absences_noted(school, made, travel) == 302
    assert not campus.stays(hall.room, made.held_from, made.held_to).exists()
    keeper, address = school.client("K1"), f"/venues/desk/bookings/{made.public_id}/"
    assert "记错了，他在这里" in keeper.get(address).content.decode()
    assert keeper.post(f"{address}came/").status_code == 302
    assert campus.stays(hall.room, made.held_from, made.held_to).exists()
    travel(made.begins_at + timedelta(minutes=26))
    made.refresh_from_db()
    assert keys.keep_watch(made) == "in_use", "the clock does not mark him again"
    assert keeper.post(f"{address}key-out/").status_code == 302
    assert queries.standing_of(school["S1"])[1] == 0
    assert keeper.post(f"{address}came/").status_code == 409


def test_hours_that_somebody_else_has_meanwhile_are_not_taken_from_him(school, hall, travel):
    made = school.approved("S1", hall, 14, 16)
    assert absences_noted(school, made, travel) == 302
    holding.block(by=SYSTEM, venue=hall, begins_at=made.begins_at, ends_at=made.ends_at, reason="给了别人")
    keeper, address = school.client("K1"), f"/venues/desk/bookings/{made.public_id}/"
    assert keeper.post(f"{address}came/").status_code == 409
    travel(made.ends_at)
    assert "记错了，他在这里" not in keeper.get(address).content.decode()
    assert keeper.post(f"{address}came/").status_code == 409
    made.refresh_from_db()
    assert made.state == State.NO_SHOW


@pytest.mark.capability("A080.3")
def test_an_absence_is_objected_to_once_and_answered_with_words(school, hall, travel):
    first, second = school.approved("S1", hall, 9, 10), school.approved("S1", hall, 14, 16)
    for one in (first, second):
        assert absences_noted(school, one, travel) == 302
    student, keeper = school.client("S1"), school.client("K1")
    mine, kept = f"/venues/mine/{first.public_id}/", f"/venues/desk/bookings/{first.public_id}/"
    page = student.get(mine).content.decode()
    assert "本学期已有 2 次；满 3 次后" in page
    assert "我来过，或有原因" in page
    assert school.client("S2").post(f"{mine}object/", {"reason": "替他说"}).status_code == 404
    assert student.post(f"{mine}object/", {"reason": ""}).status_code == 422
    assert student.post(f"{mine}object/", {"reason": "刷的是<b>室友</b>的卡"}).status_code == 302
    assert student.post(f"{mine}object/", {"reason": "再说一次"}).status_code == 409
    assert "申诉已提交" in student.get(mine).content.decode()
    listed = keeper.get("/venues/desk/objections/").content.decode()
    assert "刷的是&lt;b&gt;室友&lt;/b&gt;的卡" in listed
    assert student.get("/venues/desk/objections/").status_code == 404
    assert "未到场是您记的" in keeper.get(kept).content.decode()
    assert keeper.post(f"{kept}uphold/", {"reason": "我记的没有错"}).status_code == 409
    office = school.client("O1")
    assert "未到场是您记的" not in office.get(kept).content.decode()
    assert office.post(f"{kept}uphold/", {"reason": ""}).status_code == 422
    assert office.post(f"{kept}uphold/", {"reason": "门禁没有任何记录"}).status_code == 302
    assert "申诉没有被接受：门禁没有任何记录" in student.get(mine).content.decode()
    assert office.post(f"{kept}uphold/", {"reason": "再答一次"}).status_code == 409
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=first.pk).update(answered_by=F("marked_by"))
    assert "刷的是" not in keeper.get("/venues/desk/objections/").content.decode()
    assert [any("有人申诉未到场" in one for one in texts_to(school[who])) for who in ("K1", "O1")] == [False, True]
    assert any("门禁没有任何记录" in one for one in texts_to(school["S1"]))
    other = f"/venues/mine/{second.public_id}/object/"
    assert student.post(other, {"reason": "当天住院"}).status_code == 302
    assert keeper.post(f"/venues/desk/bookings/{second.public_id}/pardon/", {"reason": "有证明"}).status_code == 302
    assert queries.standing_of(school["S1"])[1] == 1
    travel(second.begins_at + timedelta(days=8))
    late = school.approved("S2", hall, 9, 10, day=20)
    assert absences_noted(school, late, travel) == 302
    travel(now() + timedelta(days=8))
    assert school.client("S2").post(f"/venues/mine/{late.public_id}/object/", {"reason": "想起来了"}).status_code == 409


@pytest.mark.capability("A080.3")
@pytest.mark.parametrize("answered", [("uphold", "no_show", "申诉没有被接受"), ("pardon", "closed", "")])
def test_where_the_only_keeper_marked_it_who_heads_the_unit_answers(school, hall, travel, answered):
    decision, state, says = answered
    account = identity.account_of(school["O1"])
    identity.revoke_role(by=SYSTEM, account_id=account.pk, role="venues.office")
    made = school.approved("S1", hall, 9, 10)
    assert absences_noted(school, made, travel) == 302
    mine, above = f"/venues/mine/{made.public_id}/", f"/venues/mine/above/{made.public_id}/"
    assert school.client("H1").get(above).status_code == 404, "nobody has objected"
    assert school.client("S1").post(f"{mine}object/", {"reason": "刷了室友的卡"}).status_code == 302
    assert [who for who in ("K1", "O1", "H1", "H2") if any("申诉未到场" in one for one in texts_to(school[who]))] == [
        "H1"
    ]
    for stranger in ("K1", "H2"):
        assert school.client(stranger).post(above, {"decision": "uphold", "reason": "不"}).status_code == 404
    head = school.client("H1")
    assert above in head.get("/venues/mine/").content.decode()
    assert "刷了室友的卡" in head.get(above).content.decode()
    assert head.post(above, {"decision": decision, "reason": "看过记录"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, above in head.get("/venues/mine/").content.decode()) == (state, False)
    assert says in school.client("S1").get(mine).content.decode()


def test_who_marked_it_by_another_account_answers_no_objection(school, hall, travel):
    made = school.approved("S1", hall, 9, 10)
    assert absences_noted(school, made, travel) == 302
    assert school.client("S1").post(f"/venues/mine/{made.public_id}/object/", {"reason": "来过"}).status_code == 302
    subscribers.rekey_merged([merging.merged(kept_id=school["O1"], gone_id=school["K1"])])
    answer = school.client("O1").post(f"/venues/desk/bookings/{made.public_id}/uphold/", {"reason": "我记的"})
    assert answer.status_code == 409


def test_the_page_of_who_heads_a_unit_asks_no_more_for_two_objections_than_for_one(school, hall, travel):
    made, asked = [school.approved("S1", hall, 9, 10), school.approved("S1", hall, 14, 16)], []
    for one in made:
        assert absences_noted(school, one, travel) == 302
    for one in made:
        assert school.client("S1").post(f"/venues/mine/{one.public_id}/object/", {"reason": "来过"}).status_code == 302
        asked.append(len(queries_of(school.client("H1"), "/venues/mine/")))
    assert asked[0] == asked[1]


def test_who_keeps_the_hall_and_objects_is_no_one_to_answer_and_is_not_asked_to(school, hall, travel):
    made = school.approved("K1", hall, 9, 10)
    travel(made.begins_at + timedelta(minutes=20))
    keys.note_absent(by=SYSTEM, booking=made)
    keeper = school.client("K1")
    assert keeper.post(f"/venues/mine/{made.public_id}/object/", {"reason": "来过"}).status_code == 302
    assert not any("有人申诉未到场" in one for one in texts_to(school["K1"]))
    assert keeper.post(f"/venues/desk/bookings/{made.public_id}/uphold/", {"reason": "不行"}).status_code == 409


def test_an_absence_of_a_terms_last_day_is_objected_to_when_the_next_has_begun(school, hall, travel, monkeypatch):
    made = school.approved("S1", hall, 9, 10)
    assert absences_noted(school, made, travel) == 302
    travel(made.begins_at + timedelta(days=1))
    monkeypatch.setattr(queries.campus, "term_on", lambda day: SimpleNamespace(first_monday=day))
    assert queries.standing_of(school["S1"])[1] == 0
    page = school.client("S1").get(f"/venues/mine/{made.public_id}/").content.decode()
    assert ("我来过，或有原因" in page, "本学期已有" in page) == (True, False)


def test_hours_come_back_as_they_were_held_whatever_the_hall_needs_for_setting_up_now(school, hall, travel):
    before = school.approved("S2", hall, 11, 13)
    made = school.approved("S1", hall, 14, 16)
    assert absences_noted(school, made, travel) == 302
    Venue.objects.filter(pk=hall.pk).update(set_up=60)
    assert school.client("K1").post(f"/venues/desk/bookings/{made.public_id}/came/").status_code == 302
    [stay] = campus.stays(hall.room, made.held_from, made.held_to).filter(key=str(made.public_id))
    assert (stay.during.lower, before.held_to) == (made.held_from, made.held_from)


def test_whom_the_door_let_in_nobody_marks_as_absent(school, hall, travel, monkeypatch):
    made = school.approved("S1", hall, 14, 16)
    monkeypatch.setattr(keys.access, "came_in", lambda *_passage: made.begins_at)
    assert absences_noted(school, made, travel) == 409
    assert keys.keep_watch(made) == "in_use"
