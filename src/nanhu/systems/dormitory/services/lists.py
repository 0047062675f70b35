"""Lists of water and power: their bills and shares. Their way is that of every list (kernel.intake); `posting` takes the shares."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.systems.dormitory.checking import CheckedRoom, RoomKey
from nanhu.systems.dormitory.errors import RoomChargedError
from nanhu.systems.dormitory.models import RoomBill, RoomList, RoomShare
from nanhu.systems.dormitory.queries import charged, counted_bills, shares_of

State = RoomList.State


def make_list(*, by: Actor, token: UUID, title: str, rooms: Sequence[CheckedRoom], file_name: str = "") -> RoomList:
    """Keep a checked list. The same form again gives the list that it made; a room's month is charged once. A bill of which the school
    has nothing is replaced once this list is approved (`replacing`), until then it counts."""
    with refused_as(RoomChargedError, by="dormitory_room_bill_once"):
        if (known := RoomList.known(by, token)) is not None:
            return known
        made = RoomList.begun(
            by,
            token,
            title=title,
            file_name=file_name,
            room_count=len(rooms),
            share_count=sum(len(room.people) for room in rooms),
            sum_fen=sum(room.amount_fen for room in rooms),
        )
        older = set(counted_bills(room.key for room in rooms))
        if charged(room.key for room in rooms):  # after that look: a list kept meanwhile is none to replace
            raise RoomChargedError
        keep_rooms(made, rooms, older)
        made.note(by, "make_{}")
        return made


def keep_rooms(made: RoomList, rooms: Sequence[CheckedRoom], older: Collection[RoomKey]) -> None:
    bills = [
        RoomBill(
            room_list=made,
            building=room.key[0],
            room=room.key[1],
            item=room.key[2],
            month=room.key[3],
            amount_fen=room.amount_fen,
            is_first=room.is_first,
            is_waiting=room.key in older,
        )
        for room in rooms
    ]
    RoomBill.objects.bulk_create(bills, batch_size=2000)
    shares = [
        RoomShare(
            room_list=made,
            bill=bill,
            line=one.line,
            campus_no=one.campus_no,
            name=one.name,
            person_id=one.person_id,
            amount_fen=fens[one.campus_no],
        )
        for bill, room in zip(bills, rooms, strict=True)
        for fens in [room.shares()]
        for one in room.people
    ]
    RoomShare.objects.bulk_create(shares, batch_size=5000)


def try_again(*, by: Actor, room_list: RoomList) -> RoomList:
    """Take once more what the wallets did not bear, of bills that no other list has replaced."""
    with transaction.atomic():
        locked = room_list.locked_in({State.POSTED})
        left = list(shares_of(locked, "left").filter(bill__released_at=None).values_list("pk", flat=True))
        count = RoomShare.objects.filter(pk__in=left).update(state=RoomShare.State.WAITING, why="")
        if not count:
            raise locked.wrong_state()
        locked.begin_work(by, total=count)
        locked.enter(by, State.POSTING, "retry_{}")
        return locked
