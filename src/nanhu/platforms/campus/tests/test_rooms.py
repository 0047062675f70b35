"""Rooms by sheet: checked line by line, compared with what stands, registered once, taken back while nothing stands on them."""

from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction

from nanhu.kernel import rollbacks
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import SamePersonError, WrongStateError
from nanhu.kernel.intake import approve, submit
from nanhu.kernel.models import AuditEntry, Progress
from nanhu.kernel.sheets import FileRefusedError
from nanhu.platforms.campus.errors import RoomsChangedError, RoomsInUseError
from nanhu.platforms.campus.models import Place, Room, RoomImport
from nanhu.platforms.campus.services.places import PlaceOrder, close_place, set_up_places
from nanhu.platforms.campus.services.rooms import (
    agree_back,
    ask_back,
    check_rooms,
    filled_form,
    keep_rooms,
    rooms_as_facts,
    take_rooms,
)
from nanhu.platforms.campus.sheets import ROOMS
from nanhu.platforms.campus.tests.test_occupancy import hold, lesson
from nanhu.platforms.people.models import OrgUnit

HEAD = "房间代码,名称,所在楼代码,楼层,类型,座位,考位,面积（㎡）,归属单位代码,设备,门锁\n"
SYSTEM = Actor.system("test")


CELLS = {
    "name": "101",
    "building": "t1",
    "floor": "1",
    "kind": "多媒体教室",
    "seats": "90",
    "exam": "45",
    "area": "120.5",
    "unit": "0801",
}


def line(code, **given):
    return ",".join([code, *(CELLS | given).values(), "投影、扩音", "刷卡锁"]) + "\n"


@pytest.fixture
def house(db):
    OrgUnit.objects.create(code="0801", name="计算机学院", kind="college")
    places = [PlaceOrder(key="south", name="南院", kind="campus")]
    places += [PlaceOrder(key=f"t{n}", name=f"{n}教", kind="teaching", parent="south") for n in (1, 2)]
    set_up_places(by=SYSTEM, places=places)


@pytest.fixture
def pair(django_user_model, house):
    """Two who may, and a third."""
    from nanhu.platforms.people.models import Person

    def actor(name):
        person = Person.objects.create(name=name, pinyin="x", document_kind="1")
        return Actor(account_id=django_user_model.objects.create(person_id=person.pk).pk, name=name)

    return actor("周敏"), actor("王磊"), actor("李强")


def checked(text):
    return check_rooms(ROOMS.read((HEAD + text).encode()))


def brought_in(pair, text):
    author, approver, _third = pair
    batch = keep_rooms(by=author, token=uuid4(), title="房间表", rooms=checked(text).rows)
    submit(by=author, batch=batch)
    approve(by=approver, batch=batch)
    take_rooms(batch_id=batch.pk)
    return RoomImport.objects.get(pk=batch.pk)


def taken_back(pair, batch, why):
    """Asked by its author, agreed by the third."""
    asked = ask_back(by=pair[0], token=uuid4(), batch=batch, reason=why)
    agree_back(by=pair[2], rollback=asked)
    return RoomImport.objects.get(pk=batch.pk)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (line("T1 101"), "房间代码"),
        (line("south"), "房间代码"),
        (line("t1.101", name=""), "名称"),
        (line("t1.101", building="t9"), "所在楼代码"),
        (line("t1.101", floor="一"), "楼层"),
        (line("t1.101", kind="山洞"), "类型"),
        (line("t1.101", seats="-1"), "座位"),
        (line("t1.101", exam="91"), "考位"),
        (line("t1.101", area="0"), "面积（㎡）"),
        (line("t1.101", area="0.001"), "面积（㎡）"),
        (line("t1.101", area="999999.999"), "面积（㎡）"),
        (line("t1.101", area="1e400"), "面积（㎡）"),
        (line("t1.101", unit="9999"), "归属单位代码"),
        (line("t1.101") + line("t1.101"), "房间代码"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(house, row, column):
    found = checked(line("t1.100") + row)
    assert found.rows == []
    assert {fault.column for fault in found.faults} == {column}
    assert max(fault.line for fault in found.faults) >= 3


def test_a_file_that_is_no_such_sheet_is_refused(house):
    with pytest.raises(FileRefusedError):
        ROOMS.read("学号,姓名\n1,2\n".encode())


def test_a_sheet_says_what_it_would_add_change_and_leave(pair):
    first = brought_in(pair, line("t1.101") + line("t1.102", name="102"))
    assert (first.state, first.added_count, first.changed_count) == ("posted", 2, 0)
    room = Room.objects.select_related("place__parent", "owner").get(place__key="t1.101")
    assert (room.place.name, room.place.parent.key, room.floor, room.seats, room.owner.code) == (
        "101",
        "t1",
        1,
        90,
        "0801",
    )
    assert (str(room.area_m2), room.equipment, room.lock, room.kind) == ("120.50", ["投影", "扩音"], "card", "media")

    second = checked(
        line("t1.101", seats="100", building="t2")
        + line("t1.102", name="102")
        + line("t2.1", name="201", building="t2")
    )
    assert [one.change for one in second.rows] == ["change", "same", "add"]


def test_what_goes_out_comes_in_again_without_a_difference(pair):
    brought_in(pair, line("t1.101") + line("t1.b01", name="地下", floor="-1", area="", unit="", exam="", seats=""))
    found = check_rooms(ROOMS.read(filled_form()))
    assert found.faults == []
    assert [one.change for one in found.rows] == ["same", "same"]


def test_a_roll_back_gives_back_what_stood_and_takes_what_came(pair):
    before = brought_in(pair, line("t1.101")) and rooms_as_facts()
    batch = brought_in(pair, line("t1.101", name="大教室", seats="200", building="t2") + line("t1.102", name="102"))
    assert len(rooms_as_facts()) == 2
    undone = taken_back(pair, batch, "表错了")
    assert (undone.state, rooms_as_facts()) == ("undone", before)
    assert not Place.objects.filter(key="t1.102").exists()
    assert AuditEntry.objects.get(action="campus.undo_room_import").reason == "表错了"
    with pytest.raises(WrongStateError):
        taken_back(pair, batch, "再来")


@pytest.mark.parametrize("asker", [0, 1])
def test_neither_of_the_two_who_brought_a_sheet_in_decides_its_roll_back(pair, asker):
    batch = brought_in(pair, line("t1.101"))
    asked = ask_back(by=pair[asker], token=uuid4(), batch=batch, reason="表错了")
    for one in pair[:2]:
        with pytest.raises(SamePersonError):
            agree_back(by=one, rollback=asked)
        with pytest.raises(SamePersonError):
            rollbacks.refuse(by=one, rollback=asked, answer="不")
    rollbacks.refuse(by=pair[2], rollback=asked, answer="没有错")
    with pytest.raises(WrongStateError):
        agree_back(by=pair[2], rollback=asked)
    assert len(rooms_as_facts()) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        RoomImport.objects.filter(pk=batch.pk).update(state="undone")


def test_it_is_not_rolled_back_where_somebody_stands_on_it_or_changed_it(pair):
    batch = brought_in(pair, line("t1.101") + line("t1.102", name="102"))
    hold(lesson(Place.objects.get(key="t1.102").pk, 8, 10))
    with pytest.raises(RoomsInUseError, match="高等数学"), transaction.atomic():
        taken_back(pair, batch, "表错了")
    brought_in(pair, line("t1.101", seats="91"))
    with pytest.raises(RoomsChangedError, match="101"):
        taken_back(pair, batch, "表错了")
    assert len(rooms_as_facts()) == 2


def test_a_place_below_a_new_room_keeps_it(pair):
    batch = brought_in(pair, line("t1.101"))
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="corner", name="隔间", kind="other", parent="t1.101")])
    with pytest.raises(RoomsInUseError, match="隔间"):
        taken_back(pair, batch, "表错了")


def test_its_job_may_run_twice_and_two_sheets_may_meet(pair):
    author, approver, _third = pair
    slow = keep_rooms(by=author, token=uuid4(), title="慢", rooms=checked(line("t1.101", seats="50", exam="9")).rows)
    submit(by=author, batch=slow)
    brought_in(pair, line("t1.101"))
    approve(by=approver, batch=slow)
    for _time in range(2):
        take_rooms(batch_id=slow.pk)
    assert Room.objects.get(place__key="t1.101").seats == 50
    taken_back(pair, RoomImport.objects.get(pk=slow.pk), "要原来的")
    assert Room.objects.get(place__key="t1.101").seats == 90


def waiting(pair, text):
    """Handed in and submitted, not yet approved."""
    batch = keep_rooms(by=pair[0], token=uuid4(), title="慢", rooms=checked(text).rows)
    submit(by=pair[0], batch=batch)
    return batch


def taken(pair, batch):
    approve(by=pair[1], batch=batch)
    take_rooms(batch_id=batch.pk)
    return RoomImport.objects.get(pk=batch.pk)


def test_a_sheet_is_registered_whole_though_another_came_between(pair):
    brought_in(pair, line("t1.101") + line("t1.102", name="102"))
    first = waiting(pair, line("t1.101") + line("t1.102", name="大", seats="99"))
    assert (first.changed_count, first.same_count) == (1, 1)
    brought_in(pair, line("t1.101", seats="50", exam="9") + line("t1.102", name="大", seats="99"))
    done = taken(pair, first)
    assert rooms_as_facts()["t1.101"]["seats"] == 90, "as its line says, though nothing differed at the check"
    assert (done.added_count, done.changed_count, done.same_count) == (0, 1, 1)
    assert Progress.objects.get(public_id=done.progress_id).summary == "新增 0 间，修改 1 间"
    taken_back(pair, done, "要原来的")
    assert rooms_as_facts()["t1.101"]["seats"] == 50
    assert AuditEntry.objects.get(action="campus.undo_room_import").facts["rooms_changed"] == 1


def test_a_roll_back_leaves_a_place_that_stood_before(pair):
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="t1.lab", name="旧名", kind="room", parent="t1")])
    batch = brought_in(pair, line("t1.lab", name="新名", building="t2") + line("t1.102", name="102"))
    assert batch.added_count == 2
    taken_back(pair, batch, "表错了")
    place = Place.objects.select_related("parent").get(key="t1.lab")
    assert (place.name, place.parent.key, rooms_as_facts()) == ("旧名", "t1", {})
    assert not Place.objects.filter(key="t1.102").exists()


def test_a_held_room_does_not_come_below_a_closed_building(pair):
    brought_in(pair, line("t1.101") + line("t1.102", name="102"))
    hold(lesson(Place.objects.get(key="t1.101").pk, 8, 10))
    moved = line("t1.101", building="t2") + line("t1.102", name="102", building="t2")
    slow = waiting(pair, moved)
    close_place(by=SYSTEM, place=Place.objects.get(key="t2"), reason="大修")
    assert [(one.line, one.column) for one in checked(moved).faults] == [(2, "所在楼代码")]
    failed = taken(pair, slow)
    assert (failed.state, rooms_as_facts()["t1.102"]["building"]) == ("failed", "t1")
    assert all(word in failed.failure for word in ("101", "2教"))


def test_a_sheet_that_can_never_be_registered_says_so_and_is_not_tried_again(pair):
    slow = waiting(pair, line("t1.101"))
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="t1.101", name="门厅", kind="other", parent="t1")])
    failed = taken(pair, slow)
    assert (failed.state, "重新交" in failed.failure) == ("failed", True)
    assert Progress.objects.get(public_id=failed.progress_id).state == Progress.State.FAILED
    assert AuditEntry.objects.get(action="campus.fail_room_import").target == f"room_import:{failed.public_id}"


@pytest.mark.slow
def test_three_thousand_rooms_come_in_at_once(pair):
    text = "".join(line(f"t1.{n}", name=f"{n}") for n in range(3000))
    assert brought_in(pair, text).added_count == Room.objects.count() == 3000


def test_nothing_is_registered_before_another_agreed(pair):
    batch = keep_rooms(by=pair[0], token=uuid4(), title="房间表", rooms=checked(line("t1.101")).rows)
    take_rooms(batch_id=batch.pk)
    with pytest.raises(ObjectDoesNotExist):
        Room.objects.get(place__key="t1.101")
