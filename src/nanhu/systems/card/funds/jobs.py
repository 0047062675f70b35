"""Periodic jobs of funds: claims left open, money that is due, batches that stopped half way."""

from nanhu.kernel.actors import Actor
from nanhu.kernel.jobs import job
from nanhu.systems.card.funds.models import PayoutBatch
from nanhu.systems.card.funds.services.merging import bring_over_due
from nanhu.systems.card.funds.services.posting import post_payout
from nanhu.systems.card.funds.services.returns import return_overdue
from nanhu.systems.card.funds.services.stale_claims import abandon_stale, settle_stale, tell_due

BY = Actor.system("card.funds")


@job("card.settle_claims", every="*/5 * * * *")
def settle_claims() -> int:
    """Claims and cards that a terminal left open."""
    return settle_stale() + abandon_stale()


@job("card.tell_due_funds", every="*/10 * * * *")
def tell_due_funds() -> int:
    """Frozen money whose wait is over."""
    return tell_due()


@job("card.bring_over_merged", every="*/10 * * * *")
def bring_over_merged() -> int:
    """Frozen money of records that were merged, once its wait is over."""
    return bring_over_due(by=BY)


@job("card.return_unclaimed", every="23 4 * * *")
def return_unclaimed() -> int:
    """What its batch or the school gives back after a time."""
    return return_overdue()


@job("card.resume_payouts", every="*/7 * * * *")
def resume_payouts() -> int:
    """Batches whose worker died between two pieces."""
    left = PayoutBatch.objects.filter(state=PayoutBatch.State.POSTING).values_list("pk", flat=True)
    for batch_id in left:
        post_payout(batch_id=batch_id)
    return len(left)
