"""The sandbox: the same questions in the same order as card_pay asks them, of test cards in tables of its own.

Imports no ledger, no wallet, no card: what happens here can reach none (tests/test_sandbox.py holds both code and tables to that).
"""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import OrderRefusedError, OrderUnknownError, UnitRefusedError
from nanhu.systems.card.vendors.models import SandboxOrder
from nanhu.systems.card.vendors.rules import written
from nanhu.systems.card.vendors.services.sandbox_cards import CONSENT_FEN, MERCHANT, consent_id
from nanhu.systems.card.vendors.worlds import Asked, World, sandbox_cards, sandbox_payments

UNIT = "sandbox"
REFUSED_DOCUMENT = "SANDBOX-REFUSED"


def account(asked: Asked) -> wire.Account:
    vendor = asked.vendor
    return wire.Account(
        company=vendor.company,
        mode="test",
        scopes=vendor.scopes,
        merchants=[wire.Merchant(key=MERCHANT, name="沙箱商店")],
        per_minute=vendor.per_minute,
    )


def order_card(asked: Asked) -> wire.Order:
    """The unit `sandbox` vouches; the document SANDBOX-REFUSED is wrong; a minute later the order is approved."""
    if asked.order.unit != UNIT:
        raise UnitRefusedError
    if asked.order.document == REFUSED_DOCUMENT:
        raise OrderRefusedError(param="document", why="document: SANDBOX-REFUSED")
    return told_order(SandboxOrder.objects.create(vendor=asked.vendor, reference=asked.order.reference))


def get_order(asked: Asked) -> wire.Order:
    found = SandboxOrder.objects.filter(vendor=asked.vendor, public_id=asked.public_id).first()
    if found is None:
        raise OrderUnknownError
    return told_order(found)


def told_order(one: SandboxOrder) -> wire.Order:
    is_new = now() - one.created_at < timedelta(minutes=1)
    return wire.Order(
        id=str(one.public_id), mode="test", state="submitted" if is_new else "approved", number=f"SANDBOX{one.pk:06}",
        reference=one.reference, created_at=written(one.created_at),
    )  # fmt: skip


def consents(asked: Asked) -> wire.ConsentList:
    known = consent_id(asked.vendor)
    one = wire.Consent(
        id=str(known), mode="test", state="active", reference="SANDBOX", most_fen=CONSENT_FEN,
        created_at=written(asked.vendor.created_at),
    )  # fmt: skip
    wanted = asked.parameters.get("reference", "")
    return wire.ConsentList(data=[one] if wanted in {"", one.reference} else [])


SANDBOX: World = {
    "account": account, "cards.query": sandbox_cards.query, "cards.block": sandbox_cards.block,
    "cards.unblock": sandbox_cards.unblock, "payments.create": sandbox_payments.pay,
    "payments.list": sandbox_payments.listed, "payments.get": sandbox_payments.get,
    "refunds.create": sandbox_payments.refund, "orders.create": order_card,
    "orders.get": get_order, "consents.list": consents,
}  # fmt: skip
