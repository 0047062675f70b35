"""Work that comes round."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.systems.card.models import TerminalIncident

KEEP_INCIDENTS = timedelta(days=90)


@job("card.forget_incidents", every="47 3 * * *")
def forget_incidents() -> int:
    """Refusals at the gateway's door are a diary, not books: anybody who reaches its port can add to them."""
    gone, _by_table = TerminalIncident.objects.filter(at__lt=now() - KEEP_INCIDENTS).delete()
    return gone
