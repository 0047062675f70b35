"""The campus itself."""

from nanhu.systems.card.issuing.models import CardOrder
from nanhu.systems.card.issuing.services import personal
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import OrderRefusedError, OrderUnknownError, UnitRefusedError
from nanhu.systems.card.vendors.models import VendorOrder
from nanhu.systems.card.vendors.rules import written
from nanhu.systems.card.vendors.worlds import Asked, World, live_cards, live_payments


def order_card(asked: Asked) -> wire.Order:
    """An order as a person hands one in (F15): the unit's leader approves, the office accepts. The vendor decides nothing."""
    form: wire.CardOrderForm = asked.order
    if form.unit not in asked.vendor.units:
        raise UnitRefusedError
    names = ("name", "sex", "document_kind", "document", "phone", "unit", "category", "valid_until")
    order = personal.apply(
        by=asked.by, card_class="ordinary", values={name: getattr(form, name) for name in names},
        reason=form.reason, source=CardOrder.Source.WEB,
    )  # fmt: skip
    errors = order.rows.get().errors
    if errors:
        first = next(iter(errors))
        raise OrderRefusedError(param=first, why="; ".join(f"{name}: {why}" for name, why in errors.items()))
    return told(VendorOrder.objects.create(vendor=asked.vendor, order=order, reference=form.reference))


def get_order(asked: Asked) -> wire.Order:
    found = VendorOrder.objects.filter(vendor=asked.vendor, public_id=asked.public_id).select_related("order").first()
    if found is None:
        raise OrderUnknownError
    return told(found)


def told(one: VendorOrder) -> wire.Order:
    return wire.Order(
        id=str(one.public_id), mode="live", state=one.order.state, number=one.order.number, reference=one.reference,
        created_at=written(one.created_at),
    )  # fmt: skip


LIVE: World = {
    "account": live_cards.account, "cards.query": live_cards.query, "cards.block": live_cards.block,
    "cards.unblock": live_cards.unblock, "payments.create": live_payments.pay, "payments.list": live_payments.listed,
    "payments.get": live_payments.get, "refunds.create": live_payments.refund, "orders.create": order_card,
    "orders.get": get_order, "consents.list": live_payments.consents,
}  # fmt: skip
