"""Periodic jobs of account recovery: expired challenges, attempts and contact changes go."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.platforms.identity.recovery import attempts
from nanhu.platforms.identity.recovery.models import Attempt, Challenge, ContactChange

KEEP_ATTEMPTS = timedelta(days=1)

__all__ = ["attempts", "sweep"]


@job("identity.sweep_recovery", every="*/10 * * * *")
def sweep() -> None:
    moment = now()
    Challenge.objects.filter(expires_at__lt=moment).delete()
    Attempt.objects.filter(expires_at__lt=moment - KEEP_ATTEMPTS).delete()
    ContactChange.objects.filter(created_at__lt=moment - KEEP_ATTEMPTS).delete()
