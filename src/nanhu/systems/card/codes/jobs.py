"""Periodic jobs of payment codes: uses half a year old go."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.systems.card.codes.models import CodeUse

KEEP_USES = timedelta(days=180)


@job("card_codes.forget_uses", every="17 4 * * *")
def forget_uses() -> int:
    """A code expires within a minute; that it was used is kept for half a year, for disputes."""
    gone, _by_table = CodeUse.objects.filter(at__lt=now() - KEEP_USES).delete()
    return gone
