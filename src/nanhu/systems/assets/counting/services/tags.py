"""Lists of a handheld RFID reader (手持读写器): taken into an open count as seen in a room, and proving nothing: no door was read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid5

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.systems.assets.counting.models import CountRow, StockTake
from nanhu.systems.assets.counting.services.planning import target_of
from nanhu.systems.assets.counting.services.uploading import Batch, SentRow, held, take_rows
from nanhu.systems.assets.services.tagging import things_by_code


class TagRow(SentRow, kw_only=True):
    method: Literal["rfid"] = "rfid"  # type: ignore[assignment]  # no phone sends one


@dataclass(frozen=True, slots=True)
class Read:
    """What a list says before it is taken: numbers of things, how many of them the count has seen, and codes that nothing has."""

    numbers: list[str]
    seen: int
    unknown: list[str]


def read_list(take: StockTake, codes: Collection[str]) -> Read:
    named = things_by_code(codes)
    numbers = sorted(set(named.values()))
    seen = CountRow.objects.filter(take=take, asset__number__in=numbers).values("asset").distinct().count()
    return Read(numbers, seen, [one for one in codes if one not in named])


@transaction.atomic
def take_list(*, by: Actor, person_id: int, take: StockTake, room: str, codes: Collection[str]) -> int:
    """Each thing once a round and room, however often its list comes. Gives how many came anew."""
    row, moment, read = held(take), now(), read_list(take, codes)
    if row.state != StockTake.State.OPEN:
        raise WrongStateError(what=StockTake.what, state=row.get_state_display())
    before = CountRow.objects.filter(take=row).count()
    rows: list[SentRow] = [row_of(row, room, one, moment) for one in read.numbers]
    if rows:
        take_rows(person_id=person_id, take=row, batch=Batch(sent_at=moment, rows=rows))
    made = CountRow.objects.filter(take=row).count() - before
    told = {"sighted": made, "unknown_tags": len(read.unknown)}
    audit.record(by=by, action="assets.take_tags", target=target_of(row), facts=told)
    return made


def row_of(take: StockTake, room: str, number: str, moment: datetime) -> TagRow:
    stay = uuid5(take.public_id, f"{take.round}|{room}")
    return TagRow(
        client_id=uuid5(stay, number), session=stay, number=number, seen_at=moment, round=take.round, room=room
    )
