"""Occupancy (占用): rooms held, released, and a whole term's set replaced in one transaction. Who comes second is told who stands there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import joining
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import AnyOf, Given, Prepared
from nanhu.kernel.database.values import all_rows, run
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.once import lock_key
from nanhu.platforms.campus.errors import PlaceClosedError, RoomContestedError, RoomTakenError, WrongSpanError
from nanhu.platforms.campus.models import Occupancy, Place, Room, Term
from nanhu.platforms.campus.models.occupancy import span_words

QUERIES = Path(__file__).parent.parent / "sql" / "queries"
HOLD, CLASHES = ((QUERIES / f"{name}.sql").read_text(encoding="utf-8") for name in ("hold", "clashes"))
MOST_CLASHES = 20
LOCKED: Prepared[Any] = Prepared(
    lambda: (
        Room.objects.filter(AnyOf(F("pk"), Given("rooms")))
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Somebody wants this room from the first moment to the last, which is not part of it. `room`: the id of its place."""

    room: int
    begins_at: datetime
    ends_at: datetime
    kind: str
    key: str
    what: str


type Identity = tuple[int, datetime, datetime, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """How many rows went, came, and have another name."""

    released: int
    held: int
    renamed: int = 0


@joining()
def hold_rooms(*, by: Actor, source: str, holds: Sequence[Hold]) -> int:
    """All of them or none. It refuses before it writes: in the caller's transaction it needs no savepoint of its own."""
    lock_rooms({one.room for one in holds})
    count = put(source=source, term=None, holds=holds)
    audit.record(by=by, action="campus.hold_rooms", target=f"occupancy:{source}", facts={"occupancies": count})
    return count


@transaction.atomic
def release_rooms(*, by: Actor, source: str, keys: Collection[str]) -> int:
    """The rows stay as what was; nobody is hindered by them. What is released already stays so."""
    count = Occupancy.objects.filter(source=source, key__in=keys, held=True).update(held=False)
    if count:
        audit.record(by=by, action="campus.release_rooms", target=f"occupancy:{source}", facts={"occupancies": count})
    return count


def rename_rooms(*, source: str, keys: Collection[str], what: str) -> int:
    """They stood there as they did; what for is forgotten."""
    return Occupancy.objects.filter(source=source, key__in=keys).update(what=what)


@transaction.atomic
def replace_rooms(*, by: Actor, source: str, term: Term, holds: Sequence[Hold]) -> Swap:
    """The term's whole set of this source: what is no longer in it goes, what is new comes, the rest stays untouched but for its name.
    What is over or was released stays as what was. Until the commit everybody sees the old one, and whoever dies on the way leaves it."""
    lock_key(f"campus.occupancy:{source}:{term.pk}")
    moment = now()
    present = rows_of(source, term)
    wanted = {identity_of(one): one for one in holds}
    over = rows_over(present.values(), moment)
    new = [one for one in holds if identity_of(one) not in present and not is_renamed(one, over)]
    lock_rooms({one.room for one in new})
    gone = [row.pk for identity, row in present.items() if identity not in wanted and row.during.upper > moment]
    released, _by_table = Occupancy.objects.filter(pk__in=gone).delete()
    renamed = rename(present, wanted)
    done = Swap(released=released, held=put(source=source, term=term, holds=new), renamed=renamed)
    facts = {"rooms_released": done.released, "occupancies": done.held, "term": term.key}
    facts |= {"occupancies_renamed": renamed} if renamed else {}
    audit.record(by=by, action="campus.replace_rooms", target=f"occupancy:{source}", facts=facts)
    return done


def rows_of(source: str, term: Term) -> dict[Identity, Occupancy]:
    """What stands of it, by all that makes it what it is."""
    rows = Occupancy.objects.filter(term=term, source=source, held=True)
    return {(row.room_id, row.during.lower, row.during.upper, row.kind, row.key): row for row in rows}


def rows_over(rows: Iterable[Occupancy], moment: datetime) -> dict[int, list[Occupancy]]:
    """Those that are over, by room."""
    found: dict[int, list[Occupancy]] = {}
    for row in rows:
        if row.during.upper <= moment:
            found.setdefault(row.room_id, []).append(row)
    return found


def is_renamed(one: Hold, over: Mapping[int, Sequence[Occupancy]]) -> bool:
    """The set says already who stood there then: what was is not told anew."""
    if one.ends_at > now():
        return False
    return any(row.during.lower < one.ends_at and row.during.upper > one.begins_at for row in over.get(one.room, ()))


def rename(present: Mapping[Identity, Occupancy], wanted: Mapping[Identity, Hold]) -> int:
    renamed = []
    for identity in present.keys() & wanted.keys():
        row, what = present[identity], wanted[identity].what
        if row.what != what:
            row.what = what
            renamed.append(row)
    Occupancy.objects.bulk_update(renamed, ["what"], batch_size=1000)
    return len(renamed)


def identity_of(one: Hold) -> Identity:
    return one.room, one.begins_at, one.ends_at, str(one.kind), one.key


def lock_rooms(rooms: Collection[int]) -> None:
    """In one order for all: two who want the same room wait for each other, and neither for ever."""
    if len(LOCKED(rooms=list(rooms))) < len(rooms):
        raise NotFoundError(what=_("这个房间"))


def put(*, source: str, term: Term | None, holds: Sequence[Hold]) -> int:
    for one in holds:
        if one.begins_at >= one.ends_at:
            raise WrongSpanError(what=one.what)
    given = columns(source, term, holds)
    try:
        with transaction.atomic():
            return run(HOLD, given)
    except IntegrityError as error:
        raise refusal(error, given, holds) from error


def columns(source: str, term: Term | None, holds: Sequence[Hold]) -> dict[str, Any]:
    return {
        "source": source,
        "term": term.pk if term else None,
        "rooms": [one.room for one in holds],
        "begins": [one.begins_at for one in holds],
        "finishes": [one.ends_at for one in holds],
        "kinds": [one.kind for one in holds],
        "keys": [one.key for one in holds],
        "whats": [one.what for one in holds],
    }


def refusal(error: IntegrityError, given: dict[str, Any], holds: Sequence[Hold]) -> Exception:
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", "")
    if name == "campus_occupancy_in_open_rooms":
        return PlaceClosedError(place=diagnosis.message_primary)
    if name == "campus_occupancy_one_at_a_time":
        return taken(given, holds)
    return error


def taken(given: dict[str, Any], holds: Sequence[Hold]) -> RoomTakenError:
    """`clashes`, for the room that asked: who is wanted where, and who stands there. The sentence, which people read, has of a booking
    or a meeting the kind alone."""
    found = [(holds[place - 1], row) for place, row in all_rows(CLASHES, {**given, "most": MOST_CLASHES})]
    standing = Occupancy.objects.select_related("room__place").in_bulk([row for _wanted, row in found])
    clashes = [(one, standing[row]) for one, row in found if row in standing]
    if clashes:
        _wanted, other = clashes[0]
        return RoomTakenError(room=other.room.place.name, when=other.hours, what=other.public_words, clashes=clashes)
    first = among_themselves(holds)
    if first is None:
        return RoomContestedError(clashes=[])
    when = span_words(first.begins_at, first.ends_at)
    return RoomTakenError(room=Place.objects.get(pk=first.room).name, when=when, what=first.what, clashes=[])


def among_themselves(holds: Sequence[Hold]) -> Hold | None:
    """One of the list that another of it meets."""
    ordered = sorted(holds, key=lambda one: (one.room, one.begins_at))
    return next((a for a, b in pairwise(ordered) if a.room == b.room and b.begins_at < a.ends_at), None)
