"""Work that comes round."""

from nanhu.kernel.jobs import job
from nanhu.systems.card.funds.services.finder import settle_stale


@job("card.settle_claims", every="*/5 * * * *")
def settle_claims() -> int:
    """Claims that a terminal left open."""
    return settle_stale()
