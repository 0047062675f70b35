"""Work that comes round."""

from nanhu.kernel.jobs import job
from nanhu.systems.card.bank.services import finder


@job("card.follow_claims", every="* * * * *")
def follow_claims() -> int:
    return finder.follow_claims()
