"""Periodic jobs of parties; the loop that asks and hands over is in services.batches."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.platforms.parties.adapters import degrees, invoices, works  # noqa: F401  (each enters its client)
from nanhu.platforms.parties.adapters.quotas import read_on
from nanhu.platforms.parties.models import Inquiry
from nanhu.platforms.parties.services import batches, quota_lists  # noqa: F401  (the worker's loop)

KEEP = timedelta(days=400)


@job("parties.read_quotas", every="19 * * * *")
def read_quotas() -> None:
    read_on()


@job("parties.take_quota_list")
def take_quota_list(batch_id: int) -> None:
    """May run twice: a list that is taken is not taken again."""
    quota_lists.take_list(batch_id=batch_id)


@job("parties.forget", every="57 3 * * *")
def forget() -> int:
    """What a school asked about persons and works; checks of invoices stay with what they were paid for, and the last reading of quotas
    tells where the next begins."""
    gone, _by_table = Inquiry.objects.filter(party__in=["degrees", "works"], ended_at__lt=now() - KEEP).delete()
    return gone
