"""Fifty at one room, and a kill amid the swap of a term: nobody ever stands where another does, and a set is the old one or the new."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction

from nanhu.kernel.clock import campus_today
from nanhu.platforms.campus.errors import PlaceClosedError, PlaceHeldError, RoomTakenError
from nanhu.platforms.campus.models import Occupancy, Place
from nanhu.platforms.campus.queries.places import place_with
from nanhu.platforms.campus.services import occupancy as services
from nanhu.platforms.campus.services.occupancy import replace_rooms
from nanhu.platforms.campus.services.places import close_place
from nanhu.platforms.campus.services.rooms import lock_rooms, write_rooms
from nanhu.platforms.campus.services.terms import plan_term
from nanhu.platforms.campus.tests.test_occupancy import PLAIN, SPRING, SYSTEM, build, held, hold, lesson
from nanhu.testing.killing import at_once, killed
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.races import until_someone_waits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]
OVERLAPS = """SELECT count(*) FROM campus_occupancy a JOIN campus_occupancy b
    ON a.room_id = b.room_id AND a.id < b.id AND a.during && b.during AND a.held AND b.held"""


def overlaps():
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        return cursor.fetchone()[0]


def attempt(*holds):
    try:
        hold(*holds)
    except RoomTakenError:
        return 0
    return len(holds)


@pytest.mark.slow
def test_of_fifty_at_one_moment_of_one_room_one_gets_it():
    rooms = build(1)
    wanted = [lesson(rooms["t1.1"], 8, 10, what=str(n)) for n in range(50)]
    assert sum(at_once([lambda one=one: attempt(one) for one in wanted])) == 1
    assert (Occupancy.objects.count(), overlaps()) == (1, 0)


@pytest.mark.slow
def test_fifty_with_several_rooms_each_never_meet_and_never_wait_for_each_other_for_ever():
    rooms = list(build(4).values())

    def some(number):
        order = rooms[number % 4 :] + rooms[: number % 4]
        begins = 8 + number % 5
        return [lesson(room, begins, begins + 2, what=f"{number}") for room in order[: 1 + number % 3]]

    taken = sum(at_once([lambda number=number: attempt(*some(number)) for number in range(50)]))
    assert taken == Occupancy.objects.count() > 0
    assert overlaps() == 0


def test_a_kill_amid_the_swap_leaves_the_old_set(monkeypatch):
    rooms = build(3)
    term = plan_term(by=SYSTEM, order=SPRING)

    def swap(what):
        holds = [lesson(room, hour, hour + 1, what=what) for room in rooms.values() for hour in range(8, 20)]
        return replace_rooms(by=SYSTEM, source="lessons", term=term, holds=holds)

    swap("旧")
    put = services.put

    def dying(die):
        def put_and_die(**given):
            put(**given)
            die()

        monkeypatch.setattr(services, "put", put_and_die)
        swap("新")

    killed(dying)
    monkeypatch.undo()
    assert (held(), Occupancy.objects.count()) == ({"旧"}, 36)
    assert (swap("新").released, held()) == (36, {"新"})


def test_one_who_closes_a_room_and_one_who_comes_in_see_each_other():
    rooms = build(1)

    def close():
        try:
            return bool(close_place(by=SYSTEM, place=place_with("t1"), reason="漏水").closed_at)
        except PlaceHeldError:
            return False

    def come():
        try:
            return hold(lesson(rooms["t1.1"], 8, 10, day=campus_today() + timedelta(days=30))) == 1
        except PlaceClosedError:
            return False

    for _time in range(6):
        Occupancy.objects.all().delete()
        Place.objects.update(closed_at=None, closed_by_name="", why_closed="")
        assert sorted(at_once([close, come])) == [False, True], "never both, never neither"


def test_who_holds_a_room_and_a_sheet_that_renames_it_never_wait_for_each_other_for_ever():
    rooms = build(1)
    has_room = Event()

    def come():
        with transaction.atomic():
            services.lock_rooms(set(rooms.values()))
            has_room.set()
            until_someone_waits()
            return services.put(source="test", term=None, holds=[lesson(rooms["t1.1"], 8, 10)])

    def rename():
        assert has_room.wait(PATIENCE_SECONDS)
        with transaction.atomic():
            lock_rooms(["t1.1"])
            write_rooms({"t1.1": PLAIN | {"name": "改名", "building": "t1"}})
        return 0

    assert at_once([come, rename]) == [1, 0]
    assert Place.objects.get(key="t1.1").name == "改名"
