"""The retries at the bank: the next step of every load and top-up, soon at first, then less often, until it is known.

Woken by the database when an order is written. Many may run at once, for each request to the bank has one id.
"""

from nanhu.kernel.retries import Retries, in_the_worker
from nanhu.platforms.payments.api import LEASE, bank_step, pause_after
from nanhu.systems.card.bank.models import Load, OnlineTopUp
from nanhu.systems.card.bank.services import loads, top_ups
from nanhu.systems.card.funds.models import Claimable

CHANNEL = "card_bank"
LOADS = Retries(
    model=Load, step=bank_step(loads.step), pause=pause_after, lease=LEASE, related=("agreement__channel",), at_once=4
)
TOP_UPS = Retries(
    model=OnlineTopUp, step=bank_step(top_ups.step), pause=pause_after, lease=LEASE, related=("channel",), at_once=4
)
EVERY = (LOADS, TOP_UPS)
in_the_worker("card_bank", *EVERY, channel=CHANNEL)


def follow_claims() -> int:
    """Loads whose money was claimed long after (领款): the claim is the truth, the load says so too."""
    late = Load.objects.filter(state=Load.State.UNCLAIMED, claimable__state=Claimable.State.CLAIMED)
    for load in late[:500]:
        loads.follow_claimable(load)
    return len(late)
