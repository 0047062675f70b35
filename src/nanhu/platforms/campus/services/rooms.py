"""Rooms (房间) by sheet: checked against what stands, registered by a job, taken back as long as nothing stands on them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job, open_progress
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.kernel.sheets import Checked, Fault, Line
from nanhu.platforms.campus.errors import RoomsChangedError, RoomsInUseError
from nanhu.platforms.campus.models import Place, Room, RoomImport, RoomImportRow
from nanhu.platforms.campus.sheets import KINDS, LOCKS, ROOMS
from nanhu.platforms.people import api as people

type RoomFacts = dict[str, Any]
State = RoomImport.State
Change = RoomImportRow.Change
WORKER = Actor.system("campus")
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class CheckedRoom:
    line: int
    code: str
    after: RoomFacts
    before: RoomFacts | None

    @property
    def change(self) -> RoomImportRow.Change:
        if self.before is None:
            return Change.ADD
        return Change.SAME if self.before == self.after else Change.CHANGE


def facts_of(room: Room) -> RoomFacts:
    """A room as its line of the sheet means it."""
    return {
        "name": room.place.name,
        "building": room.place.parent.key if room.place.parent else "",
        "floor": room.floor,
        "kind": room.kind,
        "seats": room.seats,
        "exam_seats": room.exam_seats,
        "area": None if room.area_m2 is None else str(room.area_m2),
        "unit": room.owner.code if room.owner else "",
        "equipment": room.equipment,
        "lock": room.lock,
    }


def rooms_as_facts(codes: Collection[str] | None = None) -> dict[str, RoomFacts]:
    rooms = Room.objects.select_related("place__parent", "owner").order_by("place__key")
    found = rooms if codes is None else rooms.filter(place__key__in=codes)
    return {room.place.key: facts_of(room) for room in found}


def filled_form() -> bytes:
    """All rooms in the columns in which they come in."""
    kinds, locks = ({value: word for word, value in words.items()} for words in (KINDS, LOCKS))

    def line(code: str, facts: RoomFacts) -> dict[str, str]:
        said = {name: "" if value is None else str(value) for name, value in facts.items()}
        own = {"kind": kinds[facts["kind"]], "lock": locks[facts["lock"]], "equipment": "、".join(facts["equipment"])}
        return {"code": code, **said, **own}

    return ROOMS.form((line(code, facts) for code, facts in rooms_as_facts().items()), name="房间")


def check_rooms(lines: Sequence[Line]) -> Checked[CheckedRoom]:
    """Each cell by itself, then what it names."""
    faults = [fault for line in lines for fault in line.faults()]
    if not faults:
        faults = [*doubles(lines), *strangers(lines)]
    if faults:
        return Checked([], faults)
    codes = [meant_code(line) for line in lines]
    before = rooms_as_facts(codes)
    rooms = zip(lines, codes, strict=True)
    return Checked([CheckedRoom(line.number, code, after_of(line), before.get(code)) for line, code in rooms], [])


def meant_code(line: Line) -> str:
    code: str = line.meant("code")
    return code


def after_of(line: Line) -> RoomFacts:
    def meant(key: str, otherwise: Any) -> Any:
        return line.meant(key) if line[key] else otherwise

    return {
        "name": line["name"],
        "building": line.meant("building"),
        "floor": line.meant("floor"),
        "kind": str(line.meant("kind")),
        "seats": meant("seats", 0),
        "exam_seats": meant("exam_seats", 0),
        "area": meant("area", None),
        "unit": line["unit"],
        "equipment": meant("equipment", []),
        "lock": str(meant("lock", Room.Lock.NONE)),
    }


def doubles(lines: Sequence[Line]) -> list[Fault]:
    seen: set[str] = set()
    found = []
    for line in lines:
        if (code := meant_code(line)) in seen:
            found.append(line.fault("code", _("这个代码前面已有一行")))
        seen.add(code)
    return found


def strangers(lines: Sequence[Line]) -> Iterable[Fault]:
    """Names of what is not there, or is something else."""
    keys = {key for line in lines for key in (meant_code(line), line.meant("building"))}
    kinds = dict(Place.objects.filter(key__in=keys).values_list("key", "kind"))
    units = people.unit_ids_by_code({line["unit"] for line in lines if line["unit"]})
    for line in lines:
        room = after_of(line)
        if not room["name"]:
            yield line.fault("name", _("写房间的名称"))
        if kinds.get(room["building"], Place.Kind.ROOM) == Place.Kind.ROOM:
            yield line.fault("building", _("没有这座楼"))
        if kinds.get(meant_code(line), Place.Kind.ROOM) != Place.Kind.ROOM:
            yield line.fault("code", _("这个代码是一处地点，不是房间"))
        if room["unit"] and room["unit"] not in units:
            yield line.fault("unit", _("没有这个单位"))
        if room["exam_seats"] > room["seats"]:
            yield line.fault("exam_seats", _("考位比座位多"))


@transaction.atomic
def keep_rooms(*, by: Actor, token: UUID, title: str, rooms: Sequence[CheckedRoom], file_name: str = "") -> RoomImport:
    if (known := RoomImport.known(by, token)) is not None:
        return known
    counts = {change: sum(room.change == change for room in rooms) for change in Change}
    batch = RoomImport.objects.create(
        token=token,
        title=title,
        file_name=file_name,
        author_id=account_of(by),
        author_name=by.name,
        added_count=counts[Change.ADD],
        changed_count=counts[Change.CHANGE],
        same_count=counts[Change.SAME],
    )
    RoomImportRow.objects.bulk_create(
        (
            RoomImportRow(
                batch=batch, line=room.line, code=room.code, change=room.change, after=room.after, before=room.before
            )
            for room in rooms
        ),
        batch_size=2000,
    )
    batch.note(by, "make_{}")
    return batch


@job("campus.take_rooms")
def take_rooms(batch_id: int) -> None:
    """In one transaction; may run twice. What was changed since the sheet was checked is what a roll-back gives back."""
    with transaction.atomic():
        lock_key("campus.rooms")
        batch = RoomImport.objects.select_for_update().get(pk=batch_id)
        if batch.state != State.POSTING:
            return
        rows = list(batch.rows.exclude(change=Change.SAME))
        refresh(rows)
        write_rooms({row.code: row.after for row in rows})
        batch.state, batch.posted_at = State.POSTED, now()
        batch.save(update_fields=["state", "posted_at"])
    if batch.progress_id is not None:
        done = {"added": batch.added_count, "changed": batch.changed_count}
        open_progress(batch.progress_id).finish(_("新增 %(added)s 间，修改 %(changed)s 间") % done)


def refresh(rows: Sequence[RoomImportRow]) -> None:
    """Another sheet may have been registered since this one was checked."""
    present = rooms_as_facts({row.code for row in rows})
    stale = [row for row in rows if row.before != present.get(row.code)]
    for row in stale:
        row.before = present.get(row.code)
        row.change = Change.CHANGE if row.before is not None else Change.ADD
    RoomImportRow.objects.bulk_update(stale, ["before", "change"])


def write_rooms(wanted: Mapping[str, RoomFacts]) -> None:
    """Places first, then what is known of them as rooms."""
    parents = {facts["building"] for facts in wanted.values()}
    known = {place.key: place for place in Place.objects.filter(key__in={*wanted, *parents})}
    units = people.unit_ids_by_code({facts["unit"] for facts in wanted.values() if facts["unit"]})
    places = [
        Place(key=code, name=facts["name"], kind=Place.Kind.ROOM, parent=known[facts["building"]])
        for code, facts in wanted.items()
        if code not in known
    ]
    Place.objects.bulk_create(places, batch_size=2000)
    moved = [known[code] for code, facts in wanted.items() if code in known and is_moved(known[code], facts, known)]
    for place in moved:
        place.name, place.parent = wanted[place.key]["name"], known[wanted[place.key]["building"]]
    Place.objects.bulk_update(moved, ["name", "parent"], batch_size=1000)
    known |= {place.key: place for place in places}
    rooms = [room_of(known[code], facts, units) for code, facts in wanted.items()]
    Room.objects.bulk_create(
        rooms,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["place"],
        update_fields=["floor", "kind", "seats", "exam_seats", "area_m2", "owner", "equipment", "lock"],
    )


def is_moved(place: Place, facts: RoomFacts, known: Mapping[str, Place]) -> bool:
    return (place.name, place.parent_id) != (facts["name"], known[facts["building"]].pk)


def room_of(place: Place, facts: RoomFacts, units: Mapping[str, int]) -> Room:
    return Room(
        place=place,
        floor=facts["floor"],
        kind=facts["kind"],
        seats=facts["seats"],
        exam_seats=facts["exam_seats"],
        area_m2=None if facts["area"] is None else Decimal(facts["area"]),
        owner_id=units.get(facts["unit"]),
        equipment=facts["equipment"],
        lock=facts["lock"],
    )


def undo_rooms(*, by: Actor, batch: RoomImport, reason: str) -> RoomImport:
    """Roll-back: rooms that it added go, others are as before; all or nothing. Refused where one was changed since or is in use."""
    why = given(reason)
    try:
        with transaction.atomic():
            lock_key("campus.rooms")
            locked = batch.locked_in({State.POSTED})
            rows = list(locked.rows.exclude(change=Change.SAME))
            refuse_changed(rows)
            write_rooms({row.code: row.before for row in rows if row.before is not None})
            remove_rooms([row.code for row in rows if row.before is None])
            locked.enter(by, State.UNDONE, "undo_{}", why)
            return locked
    except ProtectedError as error:
        raise RoomsInUseError(rooms=names_of(error.protected_objects)) from error
    except IntegrityError as error:
        raise RoomsInUseError(rooms=batch.title) from error


def refuse_changed(rows: Sequence[RoomImportRow]) -> None:
    present = rooms_as_facts({row.code for row in rows})
    for row in rows:
        if present.get(row.code) != row.after:
            raise RoomsChangedError(room=row.after["name"])


def remove_rooms(codes: Collection[str]) -> None:
    """Whatever points at one of them refuses it, also what was added at this moment."""
    Room.objects.filter(place__key__in=codes).delete()
    Place.objects.filter(key__in=codes).delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def names_of(objects: Iterable[object]) -> str:
    named = sorted({str(one) for one in objects})
    return "、".join(named[:MOST_NAMED])
