"""Periodic jobs of access: old passages go."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.platforms.access.models import Passage

KEEP = timedelta(days=181)
"""A day longer than the database insists on: it counts by its own clock."""


@job("access.forget_passages", every="37 4 * * *")
def forget_passages() -> int:
    """Where people went is kept half a year and no longer."""
    gone, _by_table = Passage.objects.filter(received_at__lt=now() - KEEP).delete()
    return gone
