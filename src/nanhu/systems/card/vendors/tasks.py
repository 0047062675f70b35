"""Work that comes round."""

from datetime import timedelta

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from nanhu.kernel.clock import CAMPUS_ZONE, now
from nanhu.kernel.jobs import job
from nanhu.systems.card.closing.models import Settlement
from nanhu.systems.card.vendors.models import ApiCall, Bucket, Mode, SandboxPayment, VendorPayment
from nanhu.systems.card.vendors.services import webhooks
from nanhu.systems.card.vendors.worlds import live_payments, sandbox_payments

KEEP_CALLS = timedelta(days=180)
KEEP_BUCKETS = timedelta(days=400)
KEEP_STRANGERS = timedelta(days=1)
AT_ONCE = 500


@job("card_vendors.tell_settled", every="*/10 * * * *")
def tell_settled() -> int:
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
    """Told once, whoever else looks at the same time."""
    is_live, moment = isinstance(payment, VendorPayment), now()
    with transaction.atomic():
        if not type(payment)._default_manager.filter(pk=payment.pk, settled_at=None).update(settled_at=moment):  # noqa: SLF001  Django's name for the manager of any model
            return 0
        payment.settled_at = moment
        answer = (
            live_payments.told(payment)
            if isinstance(payment, VendorPayment)
            else sandbox_payments.told_payment(payment)
        )
        webhooks.tell(
            vendor=payment.vendor, mode=Mode.LIVE if is_live else Mode.TEST, kind="payment.settled",
            key=f"payment.settled:{answer.id}", facts=msgspec.to_builtins(answer),
        )  # fmt: skip
    return 1


@job("card_vendors.forget_calls", every="47 3 * * *")
def forget_calls() -> int:
    """The log of requests is kept for half a year; what a vendor was told about its writes is kept for good."""
    Bucket.objects.filter(at__lt=now() - KEEP_BUCKETS).delete()
    for kind in ("network:", "noted:"):
        Bucket.objects.filter(subject__startswith=kind, at__lt=now() - KEEP_STRANGERS).delete()
    gone, _by_table = ApiCall.objects.filter(at__lt=now() - KEEP_CALLS).delete()
    return gone
