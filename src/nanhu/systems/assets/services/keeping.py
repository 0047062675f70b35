"""Who has a thing and where it stands (领用、确认、换地点、退库、拆分): the acts of a unit's keeper and of the person."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.numbering import services as numbering
from nanhu.kernel.proposals import given
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import (
    InUseError,
    MovedSinceError,
    NothingChosenError,
    NotOfUnitError,
    NotYoursError,
    SplitError,
)
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.numbers import THINGS
from nanhu.systems.assets.rules import month_of
from nanhu.systems.assets.services import deciding
from nanhu.systems.assets.services.depreciating import (
    accumulated_fen,
    keep_months,
    months_left,
    plan_anew,
    plan_of,
    refuse_booked,
    refuse_unbooked,
)
from nanhu.systems.assets.services.inspecting import carry_over
from nanhu.systems.assets.services.lending import refuse_failed
from nanhu.systems.assets.services.moving import AT_HAND, Kind, State, locked, locked_all, move, move_all
from nanhu.systems.assets.services.receiving import enter_thing

CAME_BY = (
    Kind.RECEIVED,
    Kind.IMPORTED,
    Kind.ASSIGNED,
    Kind.TRANSFERRED,
    Kind.HANDED_OVER,
    Kind.RETURNED,
    Kind.DECLINED,
)
"""How a thing comes to a person, or back; what else happens to it (idle, repair, split, another room) says nothing of that."""
WITH_A_PERSON = (State.IN_USE, State.LENT, State.IN_REPAIR)


@transaction.atomic
def assign(*, by: Actor, asset: Asset, keeper_id: int, room_id: int) -> Asset:
    """Out of the stock to a person of its unit, in a known room; the person confirms it afterwards. What is in somebody's name goes
    on by his own code (`handing`), or comes back to the stock first."""
    found = locked(asset, AT_HAND)
    if found.state == State.IN_USE:
        raise InUseError
    refuse_failed(found)
    refuse_outsider(keeper_id, found.unit_id)
    move(
        by=by,
        asset=found,
        kind=Kind.ASSIGNED,
        state=State.IN_USE,
        keeper_id=keeper_id,
        room_id=room_id,
        confirmed_at=None,
        is_idle=False,
    )
    return found


def refuse_outsider(person_id: int, unit_id: int) -> None:
    """A thing stands with somebody who works in its unit, or below it."""
    ties = [
        one for one in people.person_cards([person_id])[person_id].affiliations if one.kind != "student" and one.is_live
    ]
    if not any(unit_id in works_in(one.unit_code) for one in ties):
        raise NotOfUnitError


def works_in(code: str) -> set[int]:
    """The unit and all above it."""
    return set(people.unit_ids_by_code(people.unit_codes_upwards(code)).values())


@transaction.atomic
def confirm(*, by: Actor, person_id: int, public_ids: Collection[UUID]) -> int:
    """One act for many: they are with this person. Those confirmed already stay as they are."""
    if not public_ids:
        raise NothingChosenError
    things = [one for one in all_own(public_ids, person_id) if one.confirmed_at is None]
    at = now()
    move_all(by=by, things=things, kind=Kind.CONFIRMED, confirmed_at=at, last_seen_at=at)
    return len(things)


def own(public_id: UUID, person_id: int) -> Asset:
    return all_own([public_id], person_id)[0]


def all_own(public_ids: Collection[UUID], person_id: int) -> list[Asset]:
    return locked_all(public_ids, WITH_A_PERSON, keeper_id=person_id)


@transaction.atomic
def decline(*, by: Actor, asset: Asset, person_id: int, reason: str) -> Asset:
    """Not with this person, who never confirmed it: back to the unit's stock; what was transferred and never came, to the giver's."""
    keep_months()
    found = own(asset.public_id, person_id)
    if found.confirmed_at is not None or found.state != State.IN_USE:
        raise NotYoursError
    last = found.movements.filter(kind__in=CAME_BY).order_by("-at", "-pk").first()
    came_by = last if last is not None and last.kind == Kind.TRANSFERRED else None
    back = {"unit_id": came_by.from_unit_id, "room_id": came_by.from_room_id} if came_by else {}
    move(by=by, asset=found, kind=Kind.DECLINED, reason=given(reason), state=State.IN_STOCK, keeper_id=None, **back)
    return found


MOVABLE = (*AT_HAND, State.LENT, State.IN_REPAIR, State.TO_SCRAP)


@transaction.atomic
def put_elsewhere(*, by: Actor, asset: Asset, room_id: int) -> Asset:
    found = locked(asset, MOVABLE)
    move(by=by, asset=found, kind=Kind.MOVED, room_id=room_id)
    return found


@transaction.atomic
def put_all_elsewhere(*, by: Actor, public_ids: Collection[UUID], unit_ids: Collection[int], room_id: int) -> int:
    """All or none, of these units still as they are locked. Gives how many moved: what is there stays without a word."""
    things = locked_all(public_ids, MOVABLE)
    refuse_foreign(things, unit_ids)
    elsewhere = [one for one in things if one.room_id != room_id]
    move_all(by=by, things=elsewhere, kind=Kind.MOVED, room_id=room_id)
    return len(elsewhere)


IN_BULK: dict[str, tuple[Collection[str], dict[str, Any]]] = {
    Kind.RETURNED: ((State.IN_USE,), {"state": State.IN_STOCK, "keeper_id": None, "confirmed_at": None}),
    Kind.IDLE: (AT_HAND, {"is_idle": True}),
    Kind.TO_SCRAP: (AT_HAND, {"state": State.TO_SCRAP}),
}
"""What is done with many at once for one reason: from which states, and what changes."""


@transaction.atomic
def act_on_all(*, by: Actor, public_ids: Collection[UUID], unit_ids: Collection[int], kind: str, reason: str) -> int:
    """All or none, of these units still as they are locked."""
    states, changes = IN_BULK[kind]
    things = locked_all(public_ids, states)
    refuse_foreign(things, unit_ids)
    move_all(by=by, things=things, kind=kind, reason=given(reason), **changes)
    return len(things)


def refuse_foreign(things: Collection[Asset], unit_ids: Collection[int]) -> None:
    if any(one.unit_id not in unit_ids for one in things):
        raise NotFoundError(what=Asset.what)


@transaction.atomic
def take_into_stock(*, by: Actor, asset: Asset, reason: str) -> Asset:
    """Out of its keeper's name. What is lent, in repair or to be scrapped stays so, and comes back to the stock."""
    found = locked(asset, (*WITH_A_PERSON, State.TO_SCRAP))
    move(
        by=by,
        asset=found,
        kind=Kind.RETURNED,
        reason=given(reason),
        state=State.IN_STOCK if found.state == State.IN_USE else found.state,
        keeper_id=None,
        confirmed_at=None,
    )
    return found


@transaction.atomic
def mark_idle(*, by: Actor, asset: Asset, reason: str) -> Asset:
    """Offered inside the school before anything new is bought."""
    found = locked(asset, AT_HAND)
    move(by=by, asset=found, kind=Kind.IDLE, reason=given(reason), is_idle=True)
    return found


@transaction.atomic
def split(*, by: Actor, asset: Asset, quantity: int) -> Asset:
    """So many pieces of a batch onto a card of their own, with their part of the value and of what it lost."""
    keep_months()
    found, month = locked(asset, AT_HAND), month_of(campus_today())
    deciding.refuse_second_request(found)
    if not 1 <= quantity < found.quantity:
        raise SplitError(quantity=found.quantity, most=found.quantity - 1)
    refuse_booked(found, month)
    refuse_unbooked(found, month)
    plan, lost_fen = plan_of(found), accumulated_fen(found)
    months = months_left(plan, month) if plan else 0
    part = part_of(found, quantity, lost_fen)
    if not 0 < part.value_fen < found.value_fen:
        raise SplitError(quantity=found.quantity, most=found.quantity - 1)
    changes: dict[str, Any] = {
        "value_fen": found.value_fen - part.value_fen,
        "carried_fen": found.carried_fen - part.carried_fen,
    }
    enter_thing(by=by, asset=part, kind=Kind.SPLIT, reason=found.number)
    carry_over(found, part)
    move(by=by, asset=found, kind=Kind.SPLIT, reason=part.number, quantity=found.quantity - quantity, **changes)
    if months:
        for card in (found, part):
            plan_anew(by=by, asset=card, month=month, months=months)
    return part


@transaction.atomic
def split_into_rooms(*, by: Actor, asset: Asset, parts: Sequence[tuple[int, int]]) -> int:
    """Pieces and the room of each part, all or none; what is left over stays on its card, where it stands."""
    keep_months()
    found = locked(asset, AT_HAND)
    if sum(quantity for quantity, _room in parts) >= found.quantity:
        raise SplitError(quantity=found.quantity, most=found.quantity - 1)
    for quantity, room_id in parts:
        part = split(by=by, asset=found, quantity=quantity)
        if part.room_id != room_id:
            put_elsewhere(by=by, asset=part, room_id=room_id)
    return len(parts)


def part_of(asset: Asset, quantity: int, lost_fen: int) -> Asset:
    part = Asset.objects.get(pk=asset.pk)
    part.pk, part.public_id, part.quantity, part.split_from = None, uuid4(), quantity, asset
    part.value_fen = asset.value_fen * quantity // asset.quantity
    part.carried_fen = lost_fen * quantity // asset.quantity
    part.former_number, part.serial, part.tag, part.created_at = "", "", "", now()
    part._state.adding = True  # noqa: SLF001 - Django's way to copy a row
    return part


@transaction.atomic
def void_number(*, by: Actor, asset: Asset, reason: str) -> Asset:
    """Of a card that was entered wrongly and never moved, nor split off; the number stays and is never given again."""
    keep_months()
    found = locked(asset, (State.IN_STOCK,))
    deciding.refuse_second_request(found)
    if found.split_from_id or found.movements.count() > 1 or accumulated_fen(found):
        raise MovedSinceError
    numbering.void(by=by, series=THINGS, number=found.number, reason=reason)
    move(by=by, asset=found, kind=Kind.VOIDED, reason=given(reason), state=State.VOID)
    return found
