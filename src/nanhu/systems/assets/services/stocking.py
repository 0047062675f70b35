"""Large instruments that others may use (共享), and stock cards (库存卡): what came in, what went out to whom."""

from typing import Any
from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.folding import tidied
from nanhu.kernel.money import format_yuan
from nanhu.kernel.once import made_by_form
from nanhu.kernel.proposals import given
from nanhu.systems.assets.errors import NotLargeError, StockItemStandsError, StockShortError, TakerMissingError
from nanhu.systems.assets.models import Asset, Figure, Instrument, StockItem, StockMove
from nanhu.systems.assets.models.things import HERE
from nanhu.systems.assets.queries.figures import figure
from nanhu.systems.assets.services.moving import locked


def is_large(asset: Asset) -> bool:
    return asset.value_fen // asset.quantity >= figure(Figure.Name.LARGE)


def may_share(asset: Asset) -> bool:
    """What was large when it was entered as shared can be changed, and taken back, whatever the figure is since."""
    return is_large(asset) or Instrument.objects.filter(asset=asset).exists()


@transaction.atomic
def share(*, by: Actor, asset: Asset, **said: Any) -> Instrument:
    """`said`: by the fields of Instrument; what was said before is replaced."""
    found = locked(asset, HERE)
    if not may_share(found):
        raise NotLargeError(sum=format_yuan(figure(Figure.Name.LARGE)))
    told = {**said, "by_name": by.name, "changed_at": now()}
    made, _is_new = Instrument.objects.update_or_create(asset=found, defaults=told)
    audit.record(by=by, action="assets.share_instrument", target=f"asset:{found.number}", facts={"fen": made.fee_fen})
    return made


@transaction.atomic
def open_item(*, by: Actor, unit_id: int, name: str, measure: str, room_id: int, **said: Any) -> StockItem:
    key = {"unit_id": unit_id, "name": tidied(name), "measure": tidied(measure), "room_id": room_id}
    made, is_new = StockItem.objects.get_or_create(**key, defaults=said)
    if not is_new:
        raise StockItemStandsError(name=made.name)
    audit.record(by=by, action="assets.open_stock", target=f"stock_item:{made.public_id}", facts={"name": made.name})
    return made


@transaction.atomic
def put(
    *, by: Actor, token: UUID, item: StockItem, change: int, reason: str, person_id: int | None = None
) -> StockMove:
    """In where `change` is above nothing, else out: never more than is there, and what is hazardous to somebody by name."""
    known = made_by_form(StockMove, token, author_id=by.account_id)
    if known is not None:
        return known
    found = StockItem.objects.select_for_update().get(pk=item.pk)
    if change < 0 and found.kind == StockItem.Kind.HAZARDOUS and person_id is None:
        raise TakerMissingError
    if found.balance + change < 0:
        raise StockShortError(balance=found.balance)
    found.balance += change
    found.save(update_fields=["balance"])
    made = StockMove.objects.create(
        token=token,
        item=found,
        change=change,
        balance=found.balance,
        person_id=person_id,
        reason=given(reason),
        author_id=account_of(by),
        by_name=by.name,
    )
    facts = {"name": found.name, "change": change}
    audit.record(
        by=by, action="assets.put_stock", target=f"stock_item:{found.public_id}", facts=facts, reason=made.reason
    )
    return made
