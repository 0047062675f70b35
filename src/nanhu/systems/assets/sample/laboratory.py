"""What laboratories have on a sample campus: large instruments that others use, goods on stock cards, inspections in every standing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from nanhu.kernel.actors import account_of
from nanhu.kernel.clock import campus_today, now
from nanhu.systems.assets.models import Asset, Instrument, StockMove
from nanhu.systems.assets.sample.office import Hand
from nanhu.systems.assets.services import inspecting, keeping, stocking
from nanhu.systems.assets.services.moving import AT_HAND


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The dearest of this name; it is put into the room where it is booked."""

    name: str
    room_id: int
    hours: str
    fee_fen: int
    conditions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """`moves`: days ago, how many, what for; what goes out goes to the unit's `taker`."""

    unit_id: int
    room_id: int
    kind: str
    name: str
    measure: str
    least: int
    moves: Sequence[tuple[int, int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """Each of these days is one thing's: in how many its inspection ends; `result` of the last one, "" where none was done yet."""

    unit_id: int
    name: str
    kind: str
    every_months: int
    ends_in: Sequence[int]
    inspector: str
    result: str = "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Laboratory:
    """`keepers` by unit; `office`: for a unit that has none."""

    keepers: Mapping[int, Hand]
    office: Hand
    shared: Sequence[Shared]
    goods: Sequence[Goods]
    inspected: Sequence[Inspected]

    def keeper_of(self, unit_id: int) -> Hand:
        return self.keepers.get(unit_id, self.office)


@transaction.atomic
def fill_laboratory(order: Laboratory) -> int:
    """Again: nothing."""
    if Instrument.objects.exists():
        return 0
    for shared in order.shared:
        share(order, shared)
    for goods in order.goods:
        stock(order.keeper_of(goods.unit_id), goods)
    for inspected in order.inspected:
        inspect(order.keeper_of(inspected.unit_id), inspected)
    return Instrument.objects.count()


def at_hand(name: str) -> Iterator[Asset]:
    yield from Asset.objects.filter(name=name, state__in=AT_HAND).order_by("-value_fen", "pk")


def share(order: Laboratory, one: Shared) -> None:
    for thing in at_hand(one.name):
        if stocking.is_large(thing):
            keeper = order.keeper_of(thing.unit_id)
            keeping.put_elsewhere(by=keeper.actor, asset=thing, room_id=one.room_id)
            said = {"hours": one.hours, "fee_fen": one.fee_fen, "conditions": one.conditions}
            contact_id = thing.keeper_id or keeper.person_id
            stocking.share(by=keeper.actor, asset=thing, is_shared=True, contact_id=contact_id, **said)
            return


def stock(keeper: Hand, one: Goods) -> None:
    item = stocking.open_item(
        by=keeper.actor,
        unit_id=one.unit_id,
        name=one.name,
        measure=one.measure,
        room_id=one.room_id,
        kind=one.kind,
        least=one.least,
    )
    moves = []
    for days, change, reason in one.moves:
        item.balance += change
        moves.append(
            StockMove(
                token=uuid4(),
                item=item,
                change=change,
                balance=item.balance,
                person_id=keeper.person_id if change < 0 else None,
                reason=reason,
                author_id=account_of(keeper.actor),
                by_name=keeper.actor.name,
                at=now() - timedelta(days=days),
            )
        )
    StockMove.objects.bulk_create(moves)
    item.save(update_fields=["balance"])


def inspect(keeper: Hand, one: Inspected) -> None:
    """What failed a few days ago went to repair; what was never done is due."""
    today = campus_today()
    things = [thing for thing in at_hand(one.name) if thing.unit_id == one.unit_id]
    for thing, days in zip(things, one.ends_in, strict=False):
        due_on = today + timedelta(days=days)
        made = inspecting.plan(
            by=keeper.actor, asset=thing, kind=one.kind, every_months=one.every_months, due_on=due_on
        )
        if one.result:
            is_passed = one.result == "passed"
            inspecting.record(
                by=keeper.actor,
                inspection=made,
                done_on=due_on - timedelta(days=30 * one.every_months) if is_passed else today - timedelta(days=2),
                result=one.result,
                inspector=one.inspector,
                certificate=f"TJ{due_on:%Y%m%d}-{thing.pk:05}",
                next_on=due_on if is_passed else None,
            )
