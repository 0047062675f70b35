"""Periodic jobs of payments."""

from datetime import timedelta

from nanhu.kernel.clock import campus_today
from nanhu.kernel.jobs import job
from nanhu.platforms.payments.services import reconciliation


@job("payments.reconcile", every="20 6 * * *")
def reconcile() -> int:
    """T+1: yesterday's files, and those of the two days before, whose orders may have ended meanwhile."""
    today = campus_today()
    return sum(len(reconciliation.bank_differences(today - timedelta(days=back))) for back in (3, 2, 1))
