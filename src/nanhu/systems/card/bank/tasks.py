"""Work that comes round."""

from datetime import timedelta

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.jobs import job
from nanhu.systems.card.bank.models import AppRequest, BindingLock
from nanhu.systems.card.bank.services import finder, reconciliation

FAILURES_KEPT = timedelta(days=2)
"""Longer than any lock and than the alarm of an app."""


@job("card.follow_claims", every="* * * * *")
def follow_claims() -> int:
    return finder.follow_claims()


@job("card.reconcile_banks", every="20 6 * * *")
def reconcile_banks() -> int:
    """T+1: yesterday's files, and those of the two days before, whose orders may have ended meanwhile."""
    today = campus_today()
    return sum(len(reconciliation.bank_differences(today - timedelta(days=back))) for back in (3, 2, 1))


@job("card.forget_app_requests", every="17 * * * *")
def forget_app_requests() -> int:
    """A question older than its clock allows cannot be played again anyway."""
    gone, _by_table = AppRequest.objects.filter(at__lt=now() - timedelta(hours=1)).delete()
    BindingLock.objects.filter(failed_at__lt=now() - FAILURES_KEPT).delete()
    return gone
