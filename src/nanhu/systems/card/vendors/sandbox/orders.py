"""Account, orders and consents of the sandbox."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.platforms.openapi.api import Request
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import OrderRefusedError, OrderUnknownError, UnitRefusedError
from nanhu.systems.card.vendors.models import SandboxOrder
from nanhu.systems.card.vendors.rules import written
from nanhu.systems.card.vendors.sandbox.behaviours import CONSENT_FEN, MERCHANT, consent_id

UNIT = "sandbox"
REFUSED_DOCUMENT = "SANDBOX-REFUSED"


def account(request: Request) -> wire.Account:
    vendor = request.vendor
    return wire.Account(
        company=vendor.company,
        mode="test",
        scopes=request.scopes,
        merchants=[wire.Merchant(key=MERCHANT, name="沙箱商店")],
        per_minute=vendor.per_minute,
    )


def order_card(request: Request) -> wire.Order:
    """The unit `sandbox` vouches; the document SANDBOX-REFUSED is wrong; a minute later the order is approved."""
    if request.body.unit != UNIT:
        raise UnitRefusedError
    if request.body.document == REFUSED_DOCUMENT:
        raise OrderRefusedError(param="document", why="document: SANDBOX-REFUSED")
    return order_body(SandboxOrder.objects.create(vendor=request.vendor, reference=request.body.reference))


def get_order(request: Request) -> wire.Order:
    found = SandboxOrder.objects.filter(vendor=request.vendor, public_id=request.public_id).first()
    if found is None:
        raise OrderUnknownError
    return order_body(found)


def order_body(one: SandboxOrder) -> wire.Order:
    is_new = now() - one.created_at < timedelta(minutes=1)
    return wire.Order(
        id=str(one.public_id),
        mode="test",
        state="submitted" if is_new else "approved",
        number=f"SANDBOX{one.pk:06}",
        reference=one.reference,
        created_at=written(one.created_at),
    )


def consents(request: Request) -> wire.ConsentList:
    known = consent_id(request.vendor)
    one = wire.Consent(
        id=str(known),
        mode="test",
        state="active",
        reference="SANDBOX",
        most_fen=CONSENT_FEN,
        created_at=written(request.vendor.created_at),
    )
    wanted = request.parameters.get("reference", "")
    return wire.ConsentList(data=[one] if wanted in {"", one.reference} else [])
