"""Periodic jobs of second factors: challenges, scans and codes that nobody answered in time go."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.platforms.identity.factors.models import ContactCode, PasskeyChallenge, ScanRequest, TotpFactor

KEEP = timedelta(days=1)
KEEP_CODES = timedelta(days=30)


@job("identity.sweep_factors", every="*/10 * * * *")
def sweep() -> None:
    moment = now()
    PasskeyChallenge.objects.filter(expires_at__lt=moment).delete()
    ScanRequest.objects.filter(expires_at__lt=moment - KEEP).delete()
    ContactCode.objects.filter(created_at__lt=moment - KEEP_CODES).delete()
    TotpFactor.objects.filter(confirmed_at=None, created_at__lt=moment - KEEP).delete()
