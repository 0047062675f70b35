"""Periodic jobs of terminals."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.platforms.terminals.models import Incident
from nanhu.platforms.terminals.services.kiosks import watch_for_silence

KEEP_INCIDENTS = timedelta(days=90)


@job("terminals.forget_incidents", every="47 3 * * *")
def forget_incidents() -> int:
    """Incidents are a log, not books: anybody who reaches an endpoint can add to them. A trigger keeps the younger ones."""
    gone, _by_table = Incident.objects.filter(at__lt=now() - KEEP_INCIDENTS).delete()
    return gone


@job("terminals.watch_kiosks", every="* * * * *")
def watch_kiosks() -> int:
    return watch_for_silence()
