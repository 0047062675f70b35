"""Periodic jobs of verification: used verification codes go."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.systems.card.verification.models import VerificationCode


@job("card_verification.forget_codes", every="*/30 * * * *")
def forget_codes() -> int:
    """A verification code is good for two minutes; who was looked at stands in the audit log."""
    gone, _by_table = VerificationCode.objects.filter(expires_at__lt=now() - timedelta(minutes=10)).delete()
    return gone
