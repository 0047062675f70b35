"""Work that comes round."""

from nanhu.kernel.jobs import job
from nanhu.platforms.ledger.services.partitions import add_months_ahead


@job("ledger.add_months", every="17 2 * * *")
def add_months() -> int:
    return add_months_ahead()
