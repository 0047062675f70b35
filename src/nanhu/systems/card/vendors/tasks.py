"""Work that comes round."""

from datetime import timedelta

import msgspec
from django.db import transaction

from nanhu.kernel.clock import campus_time, now
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
    told = 0
    rows = VendorPayment.objects.filter(settled_at=None, outcome="posted").select_related("grant__merchant", "card")
    for payment in rows.order_by("id")[:AT_ONCE]:
        day = campus_time(payment.created_at).date()
        days = Settlement.objects.filter(merchant=payment.grant.merchant_id, first__lte=day, last__gte=day)
        if days.exists():
            told += settle(payment)
    late = SandboxPayment.objects.filter(
        settled_at=None, outcome="posted", created_at__lt=now() - timedelta(minutes=1)
    ).select_related("card")
    return told + sum(settle(payment) for payment in late[:AT_ONCE])


def settle(payment: VendorPayment | SandboxPayment) -> int:
    is_live = isinstance(payment, VendorPayment)
    with transaction.atomic():
        payment.settled_at = now()
        payment.save(update_fields=["settled_at"])
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
    Bucket.objects.filter(subject__startswith="network:", at__lt=now() - KEEP_STRANGERS).delete()
    gone, _by_table = ApiCall.objects.filter(at__lt=now() - KEEP_CALLS).delete()
    return gone
