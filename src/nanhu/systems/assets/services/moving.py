"""The one way in which a thing changes its state, unit, keeper or room: under the row's lock, with a movement and an audit line."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils.translation import override

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.registry import Text
from nanhu.systems.assets.errors import NotYoursError
from nanhu.systems.assets.models import Asset, Disposal, Loss, Movement

Kind, State = Movement.Kind, Asset.State
WHY_DISPOSED: Final[dict[str, Text]] = {**dict(Disposal.Kind.choices), **dict(Loss.Fault.choices)}
AT_HAND = (State.IN_STOCK, State.IN_USE)


def locked(asset: Asset, states: Collection[str], *, keeper_id: int | None = None) -> Asset:
    """The thing as it is now, locked until the transaction ends, if it is in one of these states, and with this person. Whoever acts was let
    to it in the unit that it was read in: it is still of that."""
    [found] = locked_all([asset.public_id], states, keeper_id=keeper_id)
    if found.unit_id != asset.unit_id:
        raise NotFoundError(what=Asset.what)
    return found


def locked_all(public_ids: Collection[UUID], states: Collection[str], *, keeper_id: int | None = None) -> list[Asset]:
    """All or none; whoever locks several does it in this order, so that no two wait for each other. Rows that name them may be added."""
    rows = Asset.objects.select_for_update(of=("self",), no_key=True).select_related("classification")
    things = list(rows.filter(public_id__in=public_ids).order_by("pk"))
    if len(things) < len(set(public_ids)):
        raise NotFoundError(what=Asset.what)
    for found in things:
        if found.state not in states:
            raise WrongStateError(what=found.name, state=found.get_state_display())
        if keeper_id is not None and found.keeper_id != keeper_id:
            raise NotYoursError
    return things


def move(*, by: Actor, asset: Asset, kind: str, reason: str = "", **changes: Any) -> Movement:
    """Of a thing that is locked. `changes`: state, unit_id, keeper_id, room_id and what else of it changes along."""
    line = changed(by=by, asset=asset, kind=kind, reason=reason, changes=changes)
    asset.save()
    line.save(force_insert=True)
    audit.record(by=by, action=f"assets.{kind}", target=f"asset:{asset.number}", reason=said_in_audit(kind, reason))
    return line


def move_all(*, by: Actor, things: Sequence[Asset], kind: str, reason: str = "", **changes: Any) -> None:
    """The same of many that are locked, by a statement a table."""
    lines = [changed(by=by, asset=one, kind=kind, reason=reason, changes=changes) for one in things]
    Asset.objects.filter(pk__in=[one.pk for one in things]).update(**changes)
    Movement.objects.bulk_create(lines, batch_size=1_000)
    said = said_in_audit(kind, reason)
    audit.record_many(
        audit.Record(by=by, action=f"assets.{kind}", target=f"asset:{one.number}", reason=said) for one in things
    )


def changed(*, by: Actor, asset: Asset, kind: str, reason: str, changes: Mapping[str, Any]) -> Movement:
    """Nothing is saved yet."""
    before = (asset.state, asset.unit_id, asset.keeper_id, asset.room_id)
    for name, value in changes.items():
        setattr(asset, name, value)
    return movement_of(by=by, asset=asset, kind=kind, before=before, reason=reason)


def said_in_audit(kind: str, reason: str) -> str:
    with override(settings.LANGUAGE_CODE):
        return str(reason_words(kind, reason))


def reason_words(kind: str, reason: str) -> Text:
    """As its reader is told: of a disposal a code is kept, its kind or whose fault a loss was."""
    return WHY_DISPOSED.get(reason, reason) if kind == Kind.DISPOSED else reason


type Before = tuple[str, int | None, int | None, int | None]
"""State, unit, keeper and room before a movement."""


def movement_of(
    *, by: Actor, asset: Asset, kind: str, before: Before, reason: str = "", at: datetime | None = None
) -> Movement:
    """To where the thing is now; not saved yet."""
    state, unit_id, keeper_id, room_id = before
    return Movement(
        asset=asset,
        kind=kind,
        from_state=state,
        to_state=asset.state,
        from_unit_id=unit_id,
        to_unit_id=asset.unit_id,
        from_keeper_id=keeper_id,
        to_keeper_id=asset.keeper_id,
        from_room_id=room_id,
        to_room_id=asset.room_id,
        value_fen=asset.value_fen,
        carried_fen=asset.carried_fen,
        by_name=by.name,
        reason=reason,
        at=at or now(),
    )
