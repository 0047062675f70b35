"""Rooms (房间) by sheet: checked against what stands, registered by a job, taken back by two as long as nothing stands on them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from nanhu.kernel import rollbacks
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.kernel.errors import CampusError
from nanhu.kernel.jobs import job, open_progress
from nanhu.kernel.once import lock_key
from nanhu.kernel.sheets import Checked, Fault, Line
from nanhu.platforms.campus.errors import RoomsBelowClosedError, RoomsChangedError, RoomsInUseError
from nanhu.platforms.campus.models import Place, Room, RoomImport, RoomImportRow, RoomRollback
from nanhu.platforms.campus.queries.occupancy import standing_in_rooms
from nanhu.platforms.campus.queries.places import open_places
from nanhu.platforms.campus.sheets import KIND_WORDS, LOCK_WORDS, ROOMS
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
        return change_of(self.before, self.after)


def change_of(before: RoomFacts | None, after: RoomFacts) -> RoomImportRow.Change:
    if before is None:
        return Change.ADD
    return Change.SAME if before == after else Change.CHANGE


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
    return ROOMS.form((line_of(code, facts) for code, facts in rooms_as_facts().items()), name="房间")


def line_of(code: str, facts: RoomFacts) -> dict[str, str]:
    """A room as the sheet says it."""
    said = {name: "" if value is None else str(value) for name, value in facts.items()}
    equipment = "、".join(facts["equipment"])
    own = {"kind": KIND_WORDS[facts["kind"]], "lock": LOCK_WORDS[facts["lock"]], "equipment": equipment}
    return {"code": code, **said, **own}


def check_rooms(lines: Sequence[Line]) -> Checked[CheckedRoom]:
    """Each cell by itself, then what it names."""
    faults = [fault for line in lines for fault in line.faults()]
    if not faults:
        faults = [*doubles(lines), *strangers(lines)]
    if faults:
        return Checked([], faults)
    faults = list(moved_below_closed(lines))
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


def moved_below_closed(lines: Sequence[Line]) -> Iterable[Fault]:
    held = held_below_closed({meant_code(line): line.meant("building") for line in lines})
    for line in lines:
        if meant_code(line) in held:
            yield line.fault("building", _("这座楼已停用，而这间房从现在起还有占用"))


def held_below_closed(buildings: Mapping[str, str]) -> set[str]:
    """Of rooms by the buildings to which they are to belong: those in which somebody stands now or later, and that would come below a
    closed place."""
    there = Room.objects.filter(place__key__in=buildings).values_list("place__key", "place__parent__key", "pk")
    moved = {pk: key for key, building, pk in there if building != buildings[key]}
    is_open = set(open_places().filter(key__in=set(buildings.values())).values_list("key", flat=True))
    into_closed = [pk for pk, key in moved.items() if buildings[key] not in is_open]
    return {moved[pk] for pk in standing_in_rooms(into_closed)}


@transaction.atomic
def keep_rooms(*, by: Actor, token: UUID, title: str, rooms: Sequence[CheckedRoom], file_name: str = "") -> RoomImport:
    if (known := RoomImport.known(by, token)) is not None:
        return known
    counts = {change: sum(room.change == change for room in rooms) for change in Change}
    batch = RoomImport.begun(
        by,
        token,
        title=title,
        file_name=file_name,
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
    try:
        batch = register(batch_id)
    except (CampusError, IntegrityError, DataError) as error:
        batch = give_up(batch_id, error)
    if batch is None or batch.progress_id is None:
        return
    progress = open_progress(batch.progress_id)
    if batch.state == State.FAILED:
        progress.fail(batch.failure)
        return
    done = {"added": batch.added_count, "changed": batch.changed_count}
    progress.finish(_("新增 %(added)s 间，修改 %(changed)s 间") % done)


@transaction.atomic
def register(batch_id: int) -> RoomImport | None:
    """The whole sheet, as it differs from what stands now: another may have been registered since it was checked."""
    lock_key("campus.rooms")
    batch = at_work(batch_id)
    if batch is None:
        return None
    rows = list(batch.rows.all())
    lock_rooms([row.code for row in rows])
    refuse_below_closed(rows)
    refresh(batch, rows)
    write_rooms({row.code: row.after for row in rows if row.change != Change.SAME})
    batch.state, batch.posted_at = State.POSTED, now()
    batch.save(update_fields=["state", "posted_at", "added_count", "changed_count", "same_count"])
    return batch


@transaction.atomic
def give_up(batch_id: int, error: Exception) -> RoomImport | None:
    """What stands now hinders it, and would at every further try: its page says so."""
    batch = at_work(batch_id)
    if batch is not None:
        hindered = _("房间或地点在检查以后变了，这份表登记不上。请重新交一份。")
        batch.failure = str(error) if isinstance(error, CampusError) else hindered
        batch.enter(WORKER, State.FAILED, "fail_{}", batch.failure)
    return batch


def at_work(batch_id: int) -> RoomImport | None:
    """The sheet, locked, as long as it waits for its job."""
    return RoomImport.objects.select_for_update().filter(pk=batch_id, state=State.POSTING).first()


def refuse_below_closed(rows: Sequence[RoomImportRow]) -> None:
    held = held_below_closed({row.code: row.after["building"] for row in rows})
    for row in rows:
        if row.code in held:
            building = Place.objects.get(key=row.after["building"])
            raise RoomsBelowClosedError(room=row.after["name"], building=building.name)


def refresh(batch: RoomImport, rows: Sequence[RoomImportRow]) -> None:
    """Each row's before and the sheet's numbers as of this moment."""
    codes = {row.code for row in rows}
    present = rooms_as_facts(codes)
    places = Place.objects.filter(key__in=codes - present.keys()).select_related("parent")
    bare = {place.key: {"name": place.name, "building": place.parent.key if place.parent else ""} for place in places}
    for row in rows:
        row.before, row.place_before = present.get(row.code), bare.get(row.code)
        row.change = change_of(row.before, row.after)
    RoomImportRow.objects.bulk_update(rows, ["before", "place_before", "change"], batch_size=2000)
    counts = Counter(row.change for row in rows)
    batch.added_count, batch.changed_count, batch.same_count = (
        counts[change] for change in (Change.ADD, Change.CHANGE, Change.SAME)
    )


def lock_rooms(codes: Collection[str]) -> None:
    """Before any place is written, in the order in which those who hold rooms lock them: nobody waits for another for ever."""
    list(Room.objects.filter(place__key__in=codes).order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def write_rooms(wanted: Mapping[str, RoomFacts]) -> None:
    """Places first, then what is known of them as rooms. Whoever calls it has locked the rooms."""
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


def ask_back(*, by: Actor, token: UUID, batch: RoomImport, reason: str) -> RoomRollback:
    return rollbacks.ask(RoomRollback, by=by, token=token, batch=batch, reason=reason, check=unchanged)


def agree_back(*, by: Actor, rollback: RoomRollback) -> None:
    """Rooms that it added go, others are as before; all or nothing. Refused where one was changed since or is in use."""
    try:
        with transaction.atomic():
            lock_key("campus.rooms")
            rollbacks.agree(by=by, rollback=rollback, undo=lambda batch, _reason: give_back(batch))
    except ProtectedError as error:
        raise RoomsInUseError(rooms=names_of(error.protected_objects)) from error
    except IntegrityError as error:
        raise RoomsInUseError(rooms=rollback.batch.title) from error


def give_back(batch: RoomImport) -> None:
    lock_rooms(list(batch.rows.exclude(change=Change.SAME).values_list("code", flat=True)))
    rows = unchanged(batch)
    write_rooms({row.code: row.before for row in rows if row.before is not None})
    remove_rooms([row for row in rows if row.before is None])


def unchanged(batch: RoomImport) -> list[RoomImportRow]:
    """What it changed, where none of it was changed since."""
    rows = list(batch.rows.exclude(change=Change.SAME))
    present = rooms_as_facts({row.code for row in rows})
    for row in rows:
        if present.get(row.code) != row.after:
            raise RoomsChangedError(room=row.after["name"])
    return rows


def remove_rooms(rows: Sequence[RoomImportRow]) -> None:
    """Whatever points at one of them refuses it, also what was added at this moment. A place that stood before stays, as it was."""
    Room.objects.filter(place__key__in=[row.code for row in rows]).delete()
    Place.objects.filter(key__in=[row.code for row in rows if row.place_before is None]).delete()
    stood = {row.code: row.place_before for row in rows if row.place_before is not None}
    parents = {place.key: place for place in Place.objects.filter(key__in={one["building"] for one in stood.values()})}
    places = list(Place.objects.filter(key__in=stood))
    for place in places:
        place.name, place.parent = stood[place.key]["name"], parents.get(stood[place.key]["building"])
    Place.objects.bulk_update(places, ["name", "parent"], batch_size=1000)
    run("SET CONSTRAINTS ALL IMMEDIATE")


def names_of(objects: Iterable[object]) -> str:
    named = sorted({str(one) for one in objects})
    return "、".join(named[:MOST_NAMED])
