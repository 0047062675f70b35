"""Periodic jobs of the card's open API."""

from datetime import timedelta

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from nanhu.kernel.clock import CAMPUS_ZONE, now
from nanhu.kernel.jobs import job
from nanhu.platforms.openapi.api import Mode, publish
from nanhu.systems.card.closing.models import Settlement
from nanhu.systems.card.vendors.live.payments import payment_body as live_body
from nanhu.systems.card.vendors.models import SandboxPayment, VendorPayment
from nanhu.systems.card.vendors.sandbox.payments import payment_body as sandbox_body

AT_ONCE = 500


@job("card_vendors.publish_settled", every="*/10 * * * *")
def publish_settled() -> int:
    """Payments whose merchant's day was settled since; in the sandbox a minute is a day."""
    late = SandboxPayment.objects.filter(
        settled_at=None, outcome="posted", created_at__lt=now() - timedelta(minutes=1)
    ).select_related("card")
    due: list[VendorPayment | SandboxPayment] = [*settled_payments()[:AT_ONCE], *late.order_by("id")[:AT_ONCE]]
    return sum(settle(payment) for payment in due)


def settled_payments() -> QuerySet[VendorPayment]:
    """A sale that waits for the end of its month does not stand in the way of those whose day is over."""
    over = Settlement.objects.filter(
        merchant=OuterRef("grant__merchant"), first__lte=OuterRef("day"), last__gte=OuterRef("day")
    )
    waiting = VendorPayment.objects.filter(settled_at=None, outcome="posted")
    dated = waiting.annotate(day=TruncDate("created_at", tzinfo=CAMPUS_ZONE)).filter(Exists(over))
    return dated.select_related("grant__merchant", "card", "vendor").order_by("id")


def settle(payment: VendorPayment | SandboxPayment) -> int:
    """One event, whoever else looks at the same time."""
    is_live, moment = isinstance(payment, VendorPayment), now()
    with transaction.atomic():
        if not type(payment)._default_manager.filter(pk=payment.pk, settled_at=None).update(settled_at=moment):  # noqa: SLF001  Django's name for the manager of any model
            return 0
        payment.settled_at = moment
        body = live_body(payment) if isinstance(payment, VendorPayment) else sandbox_body(payment)
        publish(
            vendor=payment.vendor,
            mode=Mode.LIVE if is_live else Mode.TEST,
            kind="payment.settled",
            key=f"payment.settled:{body.id}",
            facts=msgspec.to_builtins(body),
        )
    return 1
