"""Orders of temporary cards, handed in as a person hands one in."""

from nanhu.platforms.openapi.api import Request
from nanhu.systems.card.issuing.models import CardOrder
from nanhu.systems.card.issuing.services import personal
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import OrderRefusedError, OrderUnknownError, UnitRefusedError
from nanhu.systems.card.vendors.models import VendorOrder
from nanhu.systems.card.vendors.rules import written
from nanhu.systems.card.vendors.settings import units_of


def order_card(request: Request) -> wire.Order:
    """An order as a person hands one in (F15): the unit's leader approves, the office accepts. The vendor decides nothing."""
    form: wire.CardOrderForm = request.body
    if form.unit not in units_of(request.vendor):
        raise UnitRefusedError
    names = ("name", "sex", "document_kind", "document", "phone", "unit", "category", "valid_until")
    order = personal.apply(
        by=request.by,
        card_class="ordinary",
        values={name: getattr(form, name) for name in names},
        reason=form.reason,
        source=CardOrder.Source.WEB,
    )
    errors = order.rows.get().errors
    if errors:
        first = next(iter(errors))
        raise OrderRefusedError(param=first, why="; ".join(f"{name}: {why}" for name, why in errors.items()))
    return order_body(VendorOrder.objects.create(vendor=request.vendor, order=order, reference=form.reference))


def get_order(request: Request) -> wire.Order:
    found = (
        VendorOrder.objects.filter(vendor=request.vendor, public_id=request.public_id).select_related("order").first()
    )
    if found is None:
        raise OrderUnknownError
    return order_body(found)


def order_body(one: VendorOrder) -> wire.Order:
    return wire.Order(
        id=str(one.public_id),
        mode="live",
        state=one.order.state,
        number=one.order.number,
        reference=one.reference,
        created_at=written(one.created_at),
    )
