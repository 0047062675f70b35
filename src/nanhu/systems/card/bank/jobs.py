"""Periodic jobs of the card's bank: claims are followed, old failures of binding go."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.systems.card.bank.models import BindingLock
from nanhu.systems.card.bank.services import retrying

FAILURES_KEPT = timedelta(days=2)
"""Longer than any lock and than the alarm of an app."""


@job("card.follow_claims", every="* * * * *")
def follow_claims() -> int:
    return retrying.follow_claims()


@job("card.forget_binding_failures", every="17 * * * *")
def forget_binding_failures() -> int:
    gone, _by_table = BindingLock.objects.filter(failed_at__lt=now() - FAILURES_KEPT).delete()
    return gone
