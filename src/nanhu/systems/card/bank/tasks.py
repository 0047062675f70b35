"""Periodic jobs of the card's bank: claims are followed, old requests of apps go."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.systems.card.bank.models import AppRequest, BindingLock
from nanhu.systems.card.bank.services import retrying

FAILURES_KEPT = timedelta(days=2)
"""Longer than any lock and than the alarm of an app."""


@job("card.follow_claims", every="* * * * *")
def follow_claims() -> int:
    return retrying.follow_claims()


@job("card.forget_app_requests", every="17 * * * *")
def forget_app_requests() -> int:
    """A question older than its clock allows cannot be played again anyway."""
    gone, _by_table = AppRequest.objects.filter(at__lt=now() - timedelta(hours=1)).delete()
    BindingLock.objects.filter(failed_at__lt=now() - FAILURES_KEPT).delete()
    return gone
