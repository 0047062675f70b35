"""Who stands in a room: one at a time, told apart, swapped by the term, seen by the week."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.kernel.errors import NotFoundError
from nanhu.platforms.campus.errors import (
    PlaceClosedError,
    PlaceHeldError,
    RoomContestedError,
    RoomTakenError,
    TermHeldError,
    WrongSpanError,
)
from nanhu.platforms.campus.models import Occupancy, Place, Room
from nanhu.platforms.campus.queries.occupancy import free_rooms, room_ids, standing_in, stays, week_of_room
from nanhu.platforms.campus.queries.places import place_with
from nanhu.platforms.campus.rules import Stay, bands_of, bands_with, hours, minute
from nanhu.platforms.campus.services import occupancy as services
from nanhu.platforms.campus.services.occupancy import Hold, hold_rooms, release_rooms, replace_rooms
from nanhu.platforms.campus.services.places import PlaceOrder, close_place, reopen_place, set_up_places
from nanhu.platforms.campus.services.rooms import write_rooms
from nanhu.platforms.campus.services.terms import TermOrder, change_term, plan_term, set_periods

SYSTEM = Actor.system("test")
MONDAY = date(2083, 3, 8)
"""Still to come: what is over is left as it was."""
SPRING = TermOrder(year=2082, season=2, name="春", first_monday=date(2083, 3, 1))
PLAIN = {
    "floor": 1,
    "kind": "classroom",
    "seats": 60,
    "exam_seats": 30,
    "area": "80.00",
    "unit": "",
    "equipment": [],
    "lock": "key",
}


def build(count=3):
    set_up_places(
        by=SYSTEM,
        places=[
            PlaceOrder(key="south", name="南院", kind="campus"),
            PlaceOrder(key="t1", name="一教", kind="teaching", parent="south"),
        ],
    )
    write_rooms({f"t1.{n}": PLAIN | {"name": f"一教{n}", "building": "t1"} for n in range(1, count + 1)})
    return room_ids([f"t1.{n}" for n in range(1, count + 1)])


@pytest.fixture
def rooms(db):
    return build()


@pytest.fixture
def term(db):
    return plan_term(by=SYSTEM, order=SPRING)


def at(hour, day=MONDAY):
    return datetime.combine(day, time(), CAMPUS_ZONE) + timedelta(hours=hour)


def lesson(room, first, last, *, what="高等数学", key="", day=MONDAY, kind="lesson"):
    return Hold(room=room, begins_at=at(first, day), ends_at=at(last, day), kind=kind, key=key or what, what=what)


def hold(*holds):
    return hold_rooms(by=SYSTEM, source="test", holds=holds)


def held():
    return set(Occupancy.objects.filter(held=True).values_list("what", flat=True))


def test_who_comes_second_is_told_who_stands_there_and_stays_out_whole(rooms):
    hold(lesson(rooms["t1.1"], 8, 10))
    with pytest.raises(RoomTakenError) as refused:
        hold(lesson(rooms["t1.2"], 8, 10, what="物理"), lesson(rooms["t1.1"], 9, 11, what="化学"))
    assert all(word in str(refused.value) for word in ("一教1", "3月8日 周一 08:00–10:00", "已有“高等数学”"))
    [(wanted, other)] = refused.value.facts["clashes"]
    assert (wanted.what, other.what) == ("化学", "高等数学")
    assert held() == {"高等数学"}
    assert hold(lesson(rooms["t1.1"], 10, 12, what="接着"), lesson(rooms["t1.2"], 8, 10, what="隔壁")) == 2


def test_two_of_one_list_that_meet_are_refused(rooms):
    with pytest.raises(RoomTakenError, match=r"物理|化学"):
        hold(lesson(rooms["t1.1"], 8, 10, what="物理"), lesson(rooms["t1.1"], 9, 11, what="化学"))
    assert held() == set()


def test_a_stay_has_an_end_after_its_beginning_and_a_room(rooms):
    for wrong in ((10, 10), (10, 9)):
        with pytest.raises(WrongSpanError):
            hold(lesson(rooms["t1.1"], *wrong))
    with pytest.raises(NotFoundError):
        hold(lesson(place_with("t1").pk, 8, 10))
    row = {"room_id": rooms["t1.1"], "source": "x", "key": "x", "what": "x", "kind": "lesson"}
    for change in ({"during": (None, at(9))}, {"during": (at(9), at(9))}, {"kind": "party"}, {"what": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Occupancy.objects.create(**{**row, "during": (at(8), at(9)), **change})


def test_what_is_released_hinders_nobody_and_stays_as_what_was(rooms):
    hold(lesson(rooms["t1.1"], 8, 10, key="a"))
    assert release_rooms(by=SYSTEM, source="test", keys=["a"]) == 1
    assert release_rooms(by=SYSTEM, source="test", keys=["a"]) == 0
    hold(lesson(rooms["t1.1"], 8, 10, what="化学"))
    assert Occupancy.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Occupancy.objects.filter(key="a").update(held=True)


def test_a_terms_set_is_replaced_as_a_whole_or_stays(rooms, term):
    def swap(*holds):
        return replace_rooms(by=SYSTEM, source="lessons", term=term, holds=holds)

    one, two, three = rooms.values()
    assert (swap(lesson(one, 8, 10), lesson(two, 8, 10)).held, len(held())) == (2, 1)
    hold(lesson(three, 8, 10, what="借用", kind="booking"))
    done = swap(lesson(one, 9, 11, what="新"), lesson(two, 8, 10, what="新"))
    assert (done.released, done.held, held()) == (2, 2, {"新", "借用"})
    with pytest.raises(RoomTakenError) as refused:
        swap(lesson(one, 8, 10, what="再新"), lesson(three, 9, 10, what="撞上"))
    assert [other.what for _wanted, other in refused.value.facts["clashes"]] == ["借用"]
    assert held() == {"新", "借用"}, "the old set stands"
    stays = set(Occupancy.objects.filter(key="新").values_list("pk", flat=True))
    little = swap(lesson(one, 9, 11, what="新"), lesson(two, 8, 10, what="新"), lesson(two, 10, 12, what="加"))
    assert (little.released, little.held) == (0, 1)
    assert stays < set(Occupancy.objects.filter(term=term).values_list("pk", flat=True)), (
        "what is the same is untouched"
    )
    with pytest.raises(TermHeldError):
        change_term(by=SYSTEM, term=term, order=replace(SPRING, first_monday=date(2083, 3, 8)), reason="推迟")
    assert change_term(by=SYSTEM, term=term, order=replace(SPRING, name="改名"), reason="改名").name == "改名"
    assert swap().released == 3
    assert held() == {"借用"}


def test_nobody_new_comes_into_a_closed_room_and_nobody_closes_one_unseen(rooms):
    day = campus_today() + timedelta(days=30)
    hold(lesson(rooms["t1.1"], 8, 10, day=day))
    with pytest.raises(PlaceHeldError) as refused:
        close_place(by=SYSTEM, place=place_with("t1"), reason="漏水")
    assert "高等数学" in str(refused.value)
    close_place(by=SYSTEM, place=place_with("t1"), reason="漏水", though_held=True)
    assert [one.what for one in standing_in(place_with("south"))] == ["高等数学"]
    with pytest.raises(PlaceClosedError, match="一教2"):
        hold(lesson(rooms["t1.2"], 8, 10, day=day))
    assert not free_rooms(at(8, day), at(9, day)).exists()
    reopen_place(by=SYSTEM, place=place_with("t1"), reason="修好了")
    assert hold(lesson(rooms["t1.2"], 8, 10, day=day)) == 1


def test_what_is_over_or_released_closes_nothing(rooms):
    hold(lesson(rooms["t1.1"], 8, 10, day=date(2020, 3, 2), key="old"), lesson(rooms["t1.1"], 8, 10, key="new"))
    release_rooms(by=SYSTEM, source="test", keys=["new"])
    assert close_place(by=SYSTEM, place=place_with("t1.1"), reason="漏水").closed_at


def test_free_rooms_are_those_in_which_nobody_stands(rooms):
    hold(lesson(rooms["t1.1"], 8, 10), lesson(rooms["t1.2"], 10, 12, what="物理"))
    assert [room.place.key for room in free_rooms(at(8), at(10))] == ["t1.2", "t1.3"]
    assert [room.place.key for room in free_rooms(at(9), at(11))] == ["t1.3"]
    assert len(stays(Room.objects.get(place__key="t1.1"), at(0), at(24))) == 1


def test_a_room_is_a_room_in_a_building(rooms):
    for place in (place_with("t1"), Place.objects.create(key="lost", name="悬空", kind="room")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Room.objects.create(place=place, floor=1, kind="classroom")
    for change in (
        {"floor": 100},
        {"seats": 10, "exam_seats": 11},
        {"area_m2": 0},
        {"kind": "cave"},
        {"lock": "magic"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Room.objects.filter(place__key="t1.1").update(**change)


def test_the_week_of_a_room_goes_by_its_periods(rooms):
    periods = [(time(8), time(8, 45)), (time(8, 55), time(9, 40)), (time(14), time(14, 45))]
    set_periods(
        by=SYSTEM,
        campus=place_with("south"),
        season="春",
        periods=periods,
        starts_on=MONDAY,
        ends_on=None,
        reason="作息",
    )
    hold(
        lesson(rooms["t1.1"], 8, 9.5),
        lesson(rooms["t1.1"], 12, 13, what="例会", kind="meeting"),
        lesson(rooms["t1.1"], 23, 25, what="值夜", day=MONDAY + timedelta(days=6)),
    )
    week = week_of_room(Room.objects.get(place__key="t1.1"), MONDAY)
    shown = {band.words: [[one.what for one in cell] for cell in cells] for band, cells in week.rows}
    assert shown["08:00–08:45"][0] == shown["08:55–09:40"][0] == ["高等数学"]
    assert shown["09:40–14:00"][0] == ["例会"]
    assert shown["14:45–24:00"] == [[], [], [], [], [], [], ["值夜"]]
    assert "08:45–08:55" not in shown, "a pause within a lesson is no row"
    assert len(week_of_room(Room.objects.get(place__key="t1.2"), date(2020, 1, 6)).rows) == len(hours())


@given(st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 300)), max_size=8))
def test_everybody_stands_in_some_row_of_the_week(stays):
    periods = [(time(8), time(8, 45)), (time(8, 55), time(9, 40)), (time(14), time(14, 45))]
    day = [Stay(first, min(first + length, 1440), number) for number, (first, length) in enumerate(stays)]
    rows = bands_with(bands_of(periods), [day])
    shown = {who for _band, [cell] in rows for who in cell}
    assert shown == set(range(len(day)))
    for band, [cell] in rows:
        assert all(day[who].first < band.last and day[who].last > band.first for who in cell)
    assert [band.first for band, _cells in rows if band.number] == [minute(begins) for begins, _finishes in periods]


@pytest.mark.slow
@pytest.mark.django_db
@given(st.lists(st.tuples(st.integers(1, 2), st.integers(0, 20), st.integers(1, 4), st.booleans()), max_size=12))
def test_however_rooms_are_held_and_released_nobody_ever_meets(wanted):
    with transaction.atomic():
        rooms = build(2)
        standing = {}
        for number, (room, begins, length, goes) in enumerate(wanted):
            meets = any(
                at_room == room and begins < last and begins + length > first
                for at_room, first, last in standing.values()
            )
            try:
                hold(lesson(rooms[f"t1.{room}"], begins, begins + length, what=str(number)))
                assert not meets
                standing[str(number)] = (room, begins, begins + length)
            except RoomTakenError:
                assert meets
            if goes and str(number) in standing:
                release_rooms(by=SYSTEM, source="test", keys=[str(number)])
                del standing[str(number)]
        assert held() == standing.keys()
        transaction.set_rollback(True)


def test_a_clash_is_looked_up_by_the_index_of_the_constraint(rooms):
    hold(lesson(rooms["t1.1"], 8, 10))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT FROM campus_occupancy WHERE room_id = %s AND during && tstzrange(%s, %s) AND held",
            [rooms["t1.1"], at(8), at(9)],
        )
        assert "campus_occupancy_one_at_a_time" in "\n".join(line for (line,) in cursor.fetchall())


def at_now(hours):
    return now() + timedelta(hours=hours)


def around_now(room, begins, ends, *, what="高等数学", key="", kind="lesson"):
    """From hours before now to hours after."""
    return Hold(room=room, begins_at=begins, ends_at=ends, kind=kind, key=key or what, what=what)


def test_what_is_over_or_released_outlives_the_swap_of_its_term(rooms, term):
    one, two, _three = rooms.values()
    past = around_now(one, at_now(-50), at_now(-48), what="上过的课")
    gone, coming = lesson(one, 8, 10, what="退了"), lesson(two, 8, 10, what="要上的课")

    def swap(*holds):
        return replace_rooms(by=SYSTEM, source="lessons", term=term, holds=holds)

    swap(past, gone, coming)
    release_rooms(by=SYSTEM, source="lessons", keys=["退了"])
    done = swap(replace(past, key="另说", what="另说的过去"))
    assert (done.released, done.held) == (1, 0)
    assert set(Occupancy.objects.values_list("what", "held")) == {("上过的课", True), ("退了", False)}


def test_a_course_that_is_renamed_keeps_its_rows(rooms, term):
    one, two, _three = rooms.values()

    def swap(what):
        holds = [lesson(one, 8, 10, key="a", what=what), lesson(two, 8, 10, key="b")]
        return replace_rooms(by=SYSTEM, source="lessons", term=term, holds=holds)

    swap("数学分析")
    rows = set(Occupancy.objects.values_list("pk", flat=True))
    done = swap("数学分析（一）")
    assert (done.released, done.held, done.renamed) == (0, 0, 1)
    assert set(Occupancy.objects.values_list("pk", flat=True)) == rows
    assert held() == {"数学分析（一）", "高等数学"}


def test_a_closed_room_refuses_no_swap_for_what_is_over(rooms, term):
    past = around_now(rooms["t1.1"], at_now(-50), at_now(-48))
    close_place(by=SYSTEM, place=place_with("t1.1"), reason="漏水")
    assert replace_rooms(by=SYSTEM, source="lessons", term=term, holds=[past]).held == 1
    with pytest.raises(PlaceClosedError):
        replace_rooms(by=SYSTEM, source="lessons", term=term, holds=[past, lesson(rooms["t1.1"], 8, 10)])


def test_a_stay_is_not_moved_into_a_closed_room_nor_held_there_again(rooms):
    hold(lesson(rooms["t1.1"], 8, 10, key="a"), lesson(rooms["t1.2"], 8, 10, key="b"))
    hold(lesson(rooms["t1.1"], 12, 13, key="stays"))
    release_rooms(by=SYSTEM, source="test", keys=["a"])
    close_place(by=SYSTEM, place=place_with("t1.1"), reason="漏水", though_held=True)
    moves = [("a", {"held": True}), ("b", {"room": rooms["t1.1"]}), ("stays", {"during": (at(12), at(14))})]
    for key, change in moves:
        with pytest.raises(IntegrityError, match="一教1"), transaction.atomic():
            Occupancy.objects.filter(key=key).update(**change)
    for change in ({"what": "改名"}, {"during": (at(12), at(12.5))}, {"held": False}):
        assert Occupancy.objects.filter(key="stays").update(**change) == 1


def test_who_is_refused_reads_of_a_meeting_the_kind_alone(rooms):
    hold(lesson(rooms["t1.1"], 8, 10, what="薪酬会", kind="meeting"))
    with pytest.raises(RoomTakenError, match="会议") as refused:
        hold(lesson(rooms["t1.1"], 9, 11, what="化学"))
    assert "薪酬会" not in str(refused.value)
    [(_wanted, other)] = refused.value.facts["clashes"]
    assert other.what == "薪酬会", "the room that asked knows"


def test_who_lost_to_one_that_is_gone_already_is_told_to_try_again(rooms, monkeypatch):
    hold(lesson(rooms["t1.1"], 8, 10))
    monkeypatch.setattr(services, "MOST_CLASHES", 0)
    with pytest.raises(RoomContestedError, match="再试一次"):
        hold(lesson(rooms["t1.1"], 9, 11, what="化学"))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (8, 9.5, "3月8日 周一 08:00–09:30"),
        (22, 24, "3月8日 周一 22:00–24:00"),
        (22, 49, "3月8日 周一 22:00–2083年3月10日 周三 01:00"),
    ],
)
def test_a_stay_over_days_says_its_last_day(rooms, first, last, words):
    hold(lesson(rooms["t1.1"], first, last))
    assert Occupancy.objects.get().hours.endswith(words)


def test_a_room_is_looked_up_in_what_was_released_too(rooms):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT FROM campus_occupancy WHERE room_id = %s", [rooms["t1.1"]])
        assert "campus_occupancy_of_room" in "\n".join(line for (line,) in cursor.fetchall())
