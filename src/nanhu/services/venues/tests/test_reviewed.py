"""What a stranger's review found: displacing, whose room it is, bills that cannot be issued, who is in there already, who may wait."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError, NotFoundError
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.files import services as files
from nanhu.platforms.access import sample as access
from nanhu.platforms.access.models import Door, Passage
from nanhu.platforms.campus import api as campus
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.models import FeeItem
from nanhu.services.venues import jobs, registrations, rules, subscribers
from nanhu.services.venues.errors import TechnicianTakenError, TooManyComingError, TooManyWaitingError
from nanhu.services.venues.models import Application, Booking, Opening, Picture, Waiting
from nanhu.services.venues.queries import moment_at
from nanhu.services.venues.services import booking, bringing, displacing, holding, keeping, keys, waiting
from nanhu.services.venues.tests.conftest import SYSTEM, as_read, change_venue, in_days, make_school
from nanhu.services.venues.tests.test_free import free_on, overlaps, said
from nanhu.services.venues.tests.test_pages import CALENDAR, event, picture_of, venue_form
from nanhu.testing import merging
from nanhu.testing.inboxes import receivers_of
from nanhu.testing.killing import at_once

State = Booking.State


def exam_in(venue, made):
    hold = campus.Hold(
        room=venue.room_id, begins_at=made.begins_at, ends_at=made.ends_at, kind="exam", key="1", what="四六级"
    )
    return campus.hold_rooms(by=SYSTEM, source="academic.exam", holds=[hold])


@pytest.mark.capability("A080.4")
def test_what_displaced_is_kept_for_it_given_back_by_the_office_alone_and_never_offered_to_the_line(school, hall):
    made = school.approved("S1", hall, 14, 16)
    waiting.join(by=SYSTEM, person_id=school["S2"], venue=hall, hours=(made.begins_at, made.ends_at))
    displacing.displace(by=SYSTEM, booking=made, reason="四六级")
    [row] = holding.blocks_of(hall)
    page = f"/venues/desk/venues/{hall.public_id}/"
    keeper, office = school.client("K1"), school.client("O1")
    assert f"block/{row.pk}/drop/" not in keeper.get(page).content.decode()
    assert keeper.post(f"{page}block/{row.pk}/drop/").status_code == 404
    assert f"block/{row.pk}/drop/" in office.get(page).content.decode()
    assert office.post(f"{page}block/{row.pk}/drop/").status_code == 302
    jobs.watch()
    assert Waiting.objects.get().state == Waiting.State.WAITS
    assert exam_in(hall, made) == 1


def test_the_office_displaces_what_is_pending_and_what_goes_on_and_the_key_still_comes_back(school, hall, travel):
    school.venue("b1.3", "小厅", uses=["hall"])
    court = school.venue("b1.2", "球馆", uses=["sports"], key_desk="前台", fee_fen=100, fee_item="venues.fee")
    held, used = school.book("S1", hall, 14, 16), school.approved("S2", court, 14, 16)
    address = "/venues/desk/bookings/{}/displace/"
    office = school.client("O1")
    assert address.format(held.public_id) in office.get(f"/venues/desk/bookings/{held.public_id}/").content.decode()
    assert office.post(address.format(held.public_id), {"reason": "四六级"}).status_code == 302
    held.refresh_from_db()
    assert (held.state, booking.outcome_of(held.application)) == (State.DISPLACED, "cancelled")
    assert displacing.offers_for(held) == [], "nobody had granted it"
    travel(used.begins_at + timedelta(minutes=5))
    keys.hand_out(by=SYSTEM, keeper_id=None, booking=used)
    assert school.client("O1").post(address.format(used.public_id), {"reason": "漏水"}).status_code == 302
    assert registrations.keys_out([school["S2"]], "leaving")
    desk = school.client("K1")
    assert "球馆" in desk.get("/venues/desk/").content.decode()
    assert desk.post(f"/venues/desk/bookings/{used.public_id}/key-in/", {}).status_code == 302
    used.refresh_from_db()
    assert (used.state, used.is_key_out, ledger.Bill.objects.count()) == (State.DISPLACED, False, 0)


def test_a_keeper_registers_rooms_of_his_units_alone_and_nobody_a_private_one(school):
    keeper, office, new = school.client("K1"), school.client("O1"), "/venues/desk/venues/new/"
    rooms = campus.Room.objects.filter(place__key="b2.1")
    for owner in (school.units["1008"], None):
        rooms.update(owner=owner)
        assert keeper.post(new, venue_form(school)).status_code == 403
    rooms.update(owner=school.units["1016"], kind="bedroom")
    assert office.post(new, venue_form(school)).status_code == 422
    rooms.update(kind="hall", seats=60)
    assert keeper.post(new, venue_form(school)).status_code == 422, "80 people on 60 seats"
    assert keeper.post(new, venue_form(school, capacity="60")).status_code == 302


def test_one_calendar_in_two_venues_is_given_back_in_one_of_them(school, hall):
    other = school.venue("b1.2", "国资的", uses=["hall"], unit_id=school.units["1014"])
    content = CALENDAR.format(events=event("1", in_days(7), "0900", "1100")).encode()
    for one in (other, hall):
        assert bringing.bring_in(by=SYSTEM, venue=one, content=content).taken == 1
        assert bringing.bring_in(by=SYSTEM, venue=one, content=content).known == 1
    [row] = holding.blocks_of(hall)
    assert school.client("K1").post(f"/venues/desk/venues/{hall.public_id}/block/{row.pk}/drop/").status_code == 302
    assert (holding.blocks_of(hall).count(), holding.blocks_of(other).count()) == (0, 1)


def set_ceiling(fen):
    FeeItem.objects.filter(code="venues.fee").update(withdrawn_at=now())
    ledger.set_fee_item(
        by=SYSTEM,
        code="venues.fee",
        name="场地费",
        licence="湘价 1 号",
        ceiling_fen=fen,
        starts_on=in_days(-9),
        reason="令",
    )


def test_a_key_comes_back_though_finance_refuses_the_bill_which_is_issued_later_at_the_price_that_was_agreed(
    school, travel
):
    court = school.venue("b1.2", "馆", uses=["sports"], key_desk="前台", fee_fen=5_000, fee_item="venues.fee")
    made = school.approved("S1", court, 14, 16)
    change_venue(court, fee_fen=50_000)
    set_ceiling(9_000)
    change = f"/venues/desk/venues/{court.public_id}/change/"
    keeper = school.client("K1")
    for fields in ({"fee_fen": "500", "fee_item": "venues.fee"}, {"fee_fen": "1", "fee_item": "card.fee"}):
        answer = keeper.post(change, venue_form(school, revision=as_read(court), **fields))
        assert set(answer.context["form"].errors) <= {"fee_fen", "fee_item"}
    travel(made.begins_at)
    keys.hand_out(by=SYSTEM, keeper_id=None, booking=made)
    desk, page = school.client("K1"), f"/venues/desk/bookings/{made.public_id}/"
    assert desk.post(f"{page}key-in/", {}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.owes, ledger.Bill.objects.count()) == (State.CLOSED, True, 0)
    assert "账单没有开出" in desk.get(page).content.decode()
    set_ceiling(None)
    jobs.watch()
    jobs.watch()
    made.refresh_from_db()
    assert not made.owes
    assert [one.amount_fen for one in ledger.Bill.objects.all()] == [10_000]


def test_what_the_grid_offers_in_another_season_the_form_takes(school, hall):
    for name, first, last, hours in (("平时", 10, None, (480, 1320)), ("寒假", -10, 9, (600, 720))):
        ends = in_days(last) if last else None
        keeping.set_season(by=SYSTEM, venue=hall, season=name, first=in_days(first), last=ends, week=[[hours]] * 7)
    student, address = school.client("S1"), f"/venues/{hall.public_id}/apply/"
    page = student.get(f"/venues/{hall.public_id}/?day={in_days(14)}").content.decode()
    assert f"apply/?day={in_days(14)}&amp;from=840" in page
    assert student.post(address, said(in_days(14), 840, 960)).status_code == 302
    assert student.post(address, said(in_days(5), 840, 960)).status_code == 409
    twice = Opening(venue=hall, season="又", during=(in_days(0), None), weekday=1, opens=1_300, closes=1_400)
    with pytest.raises(IntegrityError), transaction.atomic():
        twice.save()


def test_nobody_holds_a_venue_longer_than_it_is_lent(school):
    short = school.venue("b1.3", "短的", uses=["hall"], longest_minutes=60)
    student, address = school.client("S1"), f"/venues/{short.public_id}/apply/"
    assert student.post(address, said(in_days(7), 840, 915)).status_code in {409, 422}
    assert not Booking.objects.exists()
    assert student.post(address, said(in_days(7), 840, 900)).status_code == 302


def test_a_displaced_one_reads_the_price_of_each_offer_and_never_pays_more(school, hall):
    dear = school.venue("b1.2", "贵的", uses=["hall"], fee_fen=100_000, fee_item="venues.fee")
    short = school.venue("b1.3", "短的", uses=["hall"], longest_minutes=60)
    made = school.approved("S1", hall, 14, 16)
    displacing.displace(by=SYSTEM, booking=made, reason="考试")
    student = school.client("S1")
    page = student.get(f"/venues/mine/{made.public_id}/").content.decode()
    assert "收费：不收" in page
    assert short.name not in page
    assert student.post(f"/venues/mine/{made.public_id}/move/{dear.pk}/").status_code == 302
    made.refresh_from_db()
    assert (made.venue_id, made.fee_fen) == (dear.pk, 0)
    assert "每小时 1000 元" in student.get(f"/venues/{dear.public_id}/apply/").content.decode()


def test_who_has_the_key_already_brings_it_back_before_he_moves(school, travel):
    court = school.venue("b1.1", "球馆", uses=["sports"], key_desk="前台", set_up=60)
    other = school.venue("b1.2", "另一个", uses=["sports"], key_desk="前台")
    made = school.approved("S1", court, 14, 16)
    travel(made.held_from)
    keys.hand_out(by=SYSTEM, keeper_id=None, booking=made)
    displacing.displace(by=SYSTEM, booking=made, reason="漏水")
    made.refresh_from_db()
    assert displacing.offers_for(made) == []
    keys.take_back(by=SYSTEM, keeper_id=None, booking=made)
    made.refresh_from_db()
    displacing.move(by=SYSTEM, booking=made, venue=other)
    travel(made.begins_at)
    assert keys.hand_out(by=SYSTEM, keeper_id=None, booking=made).state == State.IN_USE


@pytest.mark.capability("A080.3")
def test_a_technician_goes_along_only_where_he_holds_the_post(school):
    first, _second, third = (
        school.venue(f"b1.{number}", f"直播室 {number}", uses=["studio"], capacity=10) for number in (1, 2, 3)
    )
    for one in (first, third):
        school.post(one, "technician", "1014", "asset_keeper")
    made = school.book("A1", first, 14, 16, technician=school["E1"], headcount=2)
    school.agree(made, "H1", "E1")
    displacing.displace(by=SYSTEM, booking=made, reason="考试")
    made.refresh_from_db()
    assert displacing.offers_for(made) == [third]


NOBODY = ("S2", "Z9", "刘一帆", "没有人", "王老师")


@pytest.mark.capability("A080.3")
def test_a_student_finds_nobody_by_name_and_nobody_answers_for_fewer_than_a_hundred(school, hall):
    student, address = school.client("S1"), f"/venues/{hall.public_id}/apply/"
    for typed in ("刘一帆", "王老师"):
        found = student.get(address, {"suggest": "sponsor", "sponsor": typed}).content.decode()
        assert "S2" not in found
        assert "A1" not in found
    assert "A1" in school.client("C1").get(address, {"suggest": "sponsor", "sponsor": "王老师"}).content.decode()
    assert student.post(address, said(in_days(7), 840, 960, sponsor="A1")).status_code == 302
    assert Application.objects.get().sponsor is None
    for headcount in (40, 150):
        more = {"headcount": headcount}
        refused = [student.post(address, said(in_days(8), 840, 960, sponsor=typed, **more)) for typed in NOBODY]
        assert {one.status_code for one in refused} == {422}
        assert {"没有这个工号的在职教职工" in one.content.decode() for one in refused} == {True}, "whoever's it is"
    asked = school.book("S1", hall, 18, 20, headcount=150, sponsor=school["A1"])
    assert "林晓湖" in school.client("A1").get(f"/venues/mine/{asked.public_id}/").content.decode()


def passes(school, number, place, at):
    """As the door writes it."""
    Passage.objects.create(
        door=Door.objects.get(place=place),
        place=place,
        sequence=Passage.objects.count() + 1,
        person_id=school[number],
        at=at,
        is_opened=True,
        direction=Passage.Direction.IN,
        means=Passage.Means.CARD,
    )


def test_who_stays_in_the_room_has_come_and_the_key_is_given_to_whom_the_door_let_in(school, travel):
    lab = school.venue("b1.2", "机房", uses=["sports"])
    order = access.DoorsOrder(doors=[access.DoorOrder(number="MT901", place="b1.2", name="正门")])
    access.set_up_doors(by=SYSTEM, order=order)
    first, second = school.approved("S1", lab, 14, 16), school.approved("S1", lab, 16, 18)
    other = school.approved("S2", lab, 18, 20)
    passes(school, "S1", lab.room.place, first.begins_at)
    for moment in (
        first.begins_at,
        second.begins_at,
        *(one.begins_at + timedelta(minutes=20) for one in (second, other)),
    ):
        travel(moment)
        jobs.watch()
    states = [Booking.objects.get(pk=one.pk).state for one in (first, second, other)]
    assert states == [State.CLOSED, State.CLOSED, State.NO_SHOW]


def test_with_the_key_of_the_venue_still_out_nobody_is_absent_by_the_clock_and_the_next_gets_it(school, travel):
    court = school.venue("b1.2", "馆", uses=["sports"], key_desk="前台")
    order = access.DoorsOrder(doors=[access.DoorOrder(number="MT901", place="b1.2", name="正门")])
    access.set_up_doors(by=SYSTEM, order=order)
    first, second = school.approved("S1", court, 14, 16), school.approved("S2", court, 16, 18)
    travel(first.begins_at)
    keys.hand_out(by=SYSTEM, keeper_id=None, booking=first)
    travel(second.begins_at + timedelta(minutes=20))
    jobs.watch()
    second.refresh_from_db()
    assert second.state == State.APPROVED
    passes(school, "S2", court.room.place, second.begins_at)
    jobs.watch()
    desk = school.client("K1")
    assert desk.post(f"/venues/desk/bookings/{second.public_id}/key-out/", {}).status_code == 302
    second.refresh_from_db()
    assert (second.state, second.is_key_out, second.came_at) == (State.IN_USE, True, second.begins_at)


def test_nobody_waits_for_what_may_not_be_booked_yet_or_by_him(school, hall):
    made = school.approved("S1", hall, 14, 16)
    address, hours = f"/venues/{hall.public_id}/wait/", {"begins": "840", "ends": "960"}
    change_venue(hall, ahead_days=10, notice_days=2)
    student = school.client("S2")
    for day in (1, 11):
        assert student.post(address, hours | {"day": str(in_days(day))}).status_code == 422
    assert student.post(address, hours | {"day": str(in_days(7))}).status_code == 302
    change_venue(hall, faces=["staff"])
    booking.cancel(by=SYSTEM, booking=made)
    assert Waiting.objects.get().state == Waiting.State.WAITS, "he may not ask for it any more"
    with pytest.raises(NotFoundError):
        school.book("S2", hall, 9, 10)


def test_nobody_waits_for_more_than_may_be_booked_at_once(school, hall):
    """Offered, it would stand empty for two hours, and he could not take it."""
    made = school.approved("S1", hall, 14, 16)
    address, hours = f"/venues/{hall.public_id}/wait/", {"day": str(in_days(7)), "begins": "840", "ends": "960"}
    change_venue(hall, longest_minutes=90)
    refused = school.client("S2").post(address, hours)
    assert (refused.status_code, "90" in refused.content.decode()) == (422, True)
    booking.cancel(by=SYSTEM, booking=made)
    assert school.client("S3").post(f"/venues/{hall.public_id}/apply/", said(in_days(7), 840, 900)).status_code == 302


def test_of_two_that_become_one_person_the_offered_hours_are_not_lost(school):
    court = school.venue("b1.2", "馆", uses=["sports"], turnover=30)
    made = school.approved("S3", court, 14, 16)
    for number in ("S1", "S2"):
        waiting.join(by=SYSTEM, person_id=school[number], venue=court, hours=(made.begins_at, made.ends_at))
    before = free_on(court, in_days(7))
    booking.cancel(by=SYSTEM, booking=made)
    assert free_on(court, in_days(7)) == before, "held for him it takes as much as booked"
    subscribers.rekey_merged([merging.merged(gone_id=school["S1"], kept_id=school["S2"])])
    rows = Waiting.objects.order_by("pk").values_list("person", "state")
    assert list(rows) == [(school["S2"], "left"), (school["S2"], "offered")]
    assert campus.stays(court.room, made.begins_at, made.ends_at).count() == 1


def test_a_merge_that_is_told_after_the_two_were_parted_moves_no_hours(school):
    court = school.venue("b1.2", "馆", uses=["sports"])
    made = school.book("S1", court, 14, 16)
    waiting.join(by=SYSTEM, person_id=school["S1"], venue=court, hours=(made.begins_at, made.ends_at))
    merging.merged_and_parted(gone_id=school["S1"], kept_id=school["S2"])
    deliver_pending()
    made.application.refresh_from_db()
    assert (made.application.person_id, Waiting.objects.get().person_id) == (school["S1"], school["S1"])


def test_a_picture_stays_as_long_as_it_hangs(school, hall, travel):
    keeping.add_picture(by=SYSTEM, venue=hall, content=picture_of(), name="厅.jpg")
    travel(now() + timedelta(days=1_100))
    assert files.remove_overdue() == 0
    keeping.drop_picture(by=SYSTEM, picture=Picture.objects.get())
    assert files.remove_overdue() == 1


def test_one_that_breaks_does_not_stop_the_watch(school, hall, travel, monkeypatch):
    first, second = (school.approved("S1", hall, hour, hour + 1) for hour in (9, 12))
    travel(second.held_to)
    real = keys.keep_watch

    def break_first(row):
        if row.pk == first.pk:
            raise IntegrityError
        return real(row)

    monkeypatch.setattr(jobs.keys, "keep_watch", break_first)
    jobs.watch()
    assert [Booking.objects.get(pk=one.pk).state for one in (first, second)] == [State.APPROVED, State.CLOSED]


@pytest.mark.capability("A080.3")
def test_limits_of_a_person(school, hall):
    change_venue(hall, ahead_days=200)
    made = school.book("S1", hall, 8, 9)
    like = {"application": made.application, "venue": hall, "state": State.HELD}
    hours = ("begins_at", "ends_at", "held_from", "held_to")
    Booking.objects.bulk_create(
        Booking(**like, **{name: getattr(made, name) + timedelta(days=day) for name in hours})
        for day in range(1, rules.MOST_COMING)
    )
    with pytest.raises(TooManyComingError):
        school.book("S1", hall, 14, 15)
    for hour in range(14, 20):
        school.book("S2", hall, hour, hour + 1, day=10 + hour)
    spans = [
        (moment_at(in_days(10 + hour), hour * 60), moment_at(in_days(10 + hour), hour * 60 + 60))
        for hour in range(14, 20)
    ]
    for span in spans[: rules.MOST_WAITING]:
        waiting.join(by=SYSTEM, person_id=school["S3"], venue=hall, hours=span)
    with pytest.raises(TooManyWaitingError):
        waiting.join(by=SYSTEM, person_id=school["S3"], venue=hall, hours=spans[-1])


@pytest.mark.capability("A080.3")
def test_all_who_are_concerned_are_told(school, hall):
    made = school.book("S1", hall, 14, 16, headcount=150, sponsor=school["A1"])
    school.agree(made, "H1", "A1")
    waiting.join(by=SYSTEM, person_id=school["S2"], venue=hall, hours=(made.begins_at, made.ends_at))
    made.refresh_from_db()
    assert receivers_of("场地申请已批准") == {school["A1"], school["S1"]}
    booking.cancel(by=SYSTEM, booking=made)
    assert receivers_of("候补轮到您了") == {school["S2"]}
    other = school.approved("S1", hall, 9, 11)
    displacing.displace(by=SYSTEM, booking=other, reason="四六级")
    assert receivers_of("场地被征用（四六级）") == {school["S1"]}


@pytest.mark.slow
@pytest.mark.capability("A168.2")
@pytest.mark.django_db(transaction=True)
def test_of_many_at_one_moment_one_gets_the_technician_the_offer_and_the_other_room():
    school = make_school()
    studios = [school.venue(f"b1.{number}", f"直播室 {number}", uses=["studio"], capacity=10) for number in (1, 2, 3)]
    for one in studios:
        school.post(one, "technician", "1014", "asset_keeper")

    def attempt(studio, who):
        try:
            school.book(who, studio, 14, 16, technician=school["E1"], headcount=2)
        except TechnicianTakenError:
            return 0
        return 1

    teachers = ("A1", "C1", "H2")
    halls = [school.venue(f"b2.{number}", f"厅 {number}", uses=["hall"]) for number in (1, 2, 3)]
    lost = school.approved("S3", halls[2], 18, 20)
    hours = (lost.begins_at, lost.ends_at)
    offered = waiting.join(by=SYSTEM, person_id=school["S1"], venue=halls[2], hours=hours)
    booking.cancel(by=SYSTEM, booking=lost)

    def take(number):
        order = booking.Order(use="hall", title=str(number), purpose="x", headcount=2)
        given = {"person_id": school["S1"], "venue": halls[2], "order": order, "hours": [hours], "offered": offered}
        try:
            booking.book(by=SYSTEM, token=uuid4(), **given)
        except CampusError:
            return 0
        return 1

    assert sum(at_once([lambda number=number: take(number) for number in range(3)])) == 1
    displaced = [school.approved(who, hall, 14, 16) for who, hall in (("S1", halls[0]), ("S2", halls[1]))]
    for one in displaced:
        displacing.displace(by=SYSTEM, booking=one, reason="考试")

    def move(one):
        try:
            displacing.move(by=SYSTEM, booking=one, venue=halls[2])
        except CampusError:
            return 0
        return 1

    assert sum(at_once([lambda one=one: move(one) for one in displaced])) == 1
    assert overlaps() == 0
    wanted = [
        lambda studio=studio, who=who: attempt(studio, who) for studio, who in zip(studios, teachers, strict=True)
    ]
    assert sum(at_once(wanted)) == 1


@pytest.mark.django_db(transaction=True)
def test_who_waits_at_two_venues_at_one_moment_is_counted_once_after_the_other(monkeypatch):
    made = make_school()
    halls = [made.venue(f"b1.{number}", f"厅{number}", uses=["hall"]) for number in (1, 2)]
    for one in halls:
        made.book("S1", one, 9, 10)
    monkeypatch.setattr("nanhu.services.venues.rules.MOST_WAITING", 1)
    hours = (moment_at(in_days(7), 540), moment_at(in_days(7), 600))
    person, actor = made["S2"], made.actor("S2")

    def joins(venue):
        try:
            waiting.join(by=actor, person_id=person, venue=venue, hours=hours)
        except TooManyWaitingError:
            return False
        return True

    assert sum(at_once([lambda one=one: joins(one) for one in halls])) == 1
