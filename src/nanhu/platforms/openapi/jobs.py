"""Periodic jobs of the open API."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.platforms.openapi.models import RateBucket, RequestLog
from nanhu.platforms.openapi.services import deliveries, rate_limits, webhooks  # noqa: F401  (deliveries: the worker's companion)

KEEP_REQUESTS = timedelta(days=180)
KEEP_BUCKETS = timedelta(days=400)
KEEP_ANONYMOUS = timedelta(days=1)


@job("openapi.forget_requests", every="47 3 * * *")
def forget_requests() -> int:
    """The request log is kept for half a year; the responses to a vendor's writes are kept for good."""
    RateBucket.objects.filter(at__lt=now() - KEEP_BUCKETS).delete()
    for kind in ("network:", "noted:", rate_limits.DAY):
        RateBucket.objects.filter(subject__startswith=kind, at__lt=now() - KEEP_ANONYMOUS).delete()
    gone, _by_table = RequestLog.objects.filter(at__lt=now() - KEEP_REQUESTS).delete()
    return gone


@job("openapi.pause_silent", every="*/5 * * * *")
def pause_silent() -> None:
    """Who took nothing for three days is sent nothing more until somebody looks. Again: nobody."""
    webhooks.pause_silent()
