"""What phones bring (盘点上传): each row once, however often and in whichever pieces it comes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef

from nanhu.kernel import strict_json
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.files.models import StoredFile
from nanhu.systems.assets.counting import statements
from nanhu.systems.assets.counting.errors import BatchRefusedError
from nanhu.systems.assets.counting.models import LONGEST_NUMBER, CountRow, StockTake
from nanhu.systems.assets.counting.queries import places_of
from nanhu.systems.assets.labels import ROOM, room_key_of
from nanhu.systems.assets.models import Movement
from nanhu.systems.assets.models.things import GONE

MOST_ROWS: Final = 500
FIRST_YEAR, LAST_YEAR = 1970, 2100
OLDEST: Final = timedelta(days=366)
"""A phone that woke in 1970 counts as one whose sights are a year old: before the opening, and so proving nothing."""
LONGEST_STAY: Final = timedelta(hours=4)
"""How long the code of a door proves that somebody stands in its room."""
State = StockTake.State


class SentRow(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`room`: the code of the door as it was read, or the key of the room that was chosen. Times by the phone's clock."""

    client_id: UUID
    session: UUID
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NUMBER, pattern=r"^[^\x00-\x1f\x7f]+$")]
    seen_at: Annotated[datetime, msgspec.Meta(tz=True)]
    method: Literal["scan", "typed"]
    round: Annotated[int, msgspec.Meta(ge=1, le=99)]
    room: Annotated[str, msgspec.Meta(max_length=80, pattern=r"^[!-~]*$")] = ""
    room_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    is_other_keeper: bool = False


class Batch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    sent_at: Annotated[datetime, msgspec.Meta(tz=True)]
    rows: Annotated[list[SentRow], msgspec.Meta(min_length=1, max_length=MOST_ROWS)]


@dataclass(frozen=True, slots=True)
class Taken:
    """`ids`: what we have now and the phone may forget; `twice`: numbers that somebody else had seen before; `said`: ids of rows
    whose door proves nothing (made up, read too long ago, outside the team's places); `gone`: numbers of what left the books and stands
    there still."""

    ids: list[str]
    twice: list[str]
    gone: list[str]
    said: list[str]
    is_late: bool


def batch_of(body: bytes) -> Batch:
    """A body that was cut is refused whole, and sent again whole; so is one that was sent in no century of ours."""
    try:
        batch = strict_json.decode(body, Batch)
    except (strict_json.JsonError, msgspec.ValidationError) as error:
        raise BatchRefusedError from error
    refuse_another_century(batch.sent_at)
    return batch


def refuse_another_century(sent_at: datetime) -> None:
    if not FIRST_YEAR < sent_at.year < LAST_YEAR:
        raise BatchRefusedError


@transaction.atomic
def take_rows(*, person_id: int, take: StockTake, batch: Batch, photo: StoredFile | None = None) -> Taken:
    """Of a count that has ended they are kept as well, and are late. `photo`: in which they were read."""
    row = held(take)
    received = now()
    rows = [
        facts_of(one, row, sent_at=batch.sent_at, shift=whole_minutes(received - batch.sent_at)) for one in batch.rows
    ]
    numbers = sorted({one.number.upper() for one in batch.rows})
    statements.run("take_items", {"take": row.pk, "numbers": numbers})
    given = {
        "take": row.pk,
        "person": person_id,
        "received": received,
        "rows": json.dumps(rows),
        "places": places_of(row, person_id),
        "photo": photo.pk if photo else None,
    }
    statements.run("take_rows", given)
    ids = [one.client_id for one in batch.rows]
    mine = CountRow.objects.filter(client_id__in=ids, take=row, person_id=person_id)
    kept = dict(mine.values_list("client_id", "has_room_code"))
    left = Movement.objects.filter(asset=OuterRef("asset"), to_state__in=GONE, at__lt=OuterRef("seen_at"))
    return Taken(
        ids=[str(one) for one in kept],
        twice=seen_before(row, numbers, person_id),
        gone=list(mine.filter(Exists(left)).values_list("number", flat=True).distinct().order_by("number")),
        said=[str(one.client_id) for one in batch.rows if one.room and not kept.get(one.client_id, True)],
        is_late=row.state != State.OPEN,
    )


def held(take: StockTake) -> StockTake:
    """Many upload at once; whoever ends the count waits for them, and what comes after is late."""
    row = StockTake.objects.raw("SELECT * FROM assets_stock_take WHERE id = %s FOR SHARE", [take.pk])[0]
    if row.round == 0:
        raise WrongStateError(what=StockTake.what, state=row.get_state_display())
    return row


def whole_minutes(wrong: timedelta) -> timedelta:
    """By how much a phone's clock is wrong; what the way took is no part of it, so that two batches of one phone are set right alike."""
    return timedelta(minutes=round(wrong / timedelta(minutes=1)))


def facts_of(sent: SentRow, take: StockTake, *, sent_at: datetime, shift: timedelta) -> dict[str, object]:
    """As it is kept. What claims to be older than the count proves nothing."""
    room = room_key_of(sent.room)
    claimed = ROOM.search(sent.room)
    phone_at = min(max(sent.seen_at, sent_at - OLDEST), sent_at)
    seen_at, began = phone_at + shift, take.opened_at or sent_at
    is_within = (
        sent.room_at is not None and sent.room_at <= phone_at <= max(sent.room_at, sent_at - OLDEST) + LONGEST_STAY
    )
    return {
        "client_id": str(sent.client_id),
        "session": str(sent.session),
        "round": min(sent.round, take.round),
        "number": sent.number.upper(),
        "room": room or (claimed["key"] if claimed else sent.room),
        "has_room_code": bool(room) and is_within and seen_at >= began,
        "is_other_keeper": sent.is_other_keeper,
        "method": sent.method,
        "phone_at": phone_at.isoformat(),
        "seen_at": max(seen_at, began).isoformat(),
    }


def seen_before(take: StockTake, numbers: Sequence[str], person_id: int) -> list[str]:
    """What somebody else saw as well, also by its other label; and unknown labels that somebody else read."""
    facts = {"take": take.pk, "numbers": list(numbers), "person": person_id}
    return [number for (number,) in statements.rows("seen_before", facts)]
