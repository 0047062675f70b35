"""The retries at the bank: the next step of every load, agreement, payout and top-up, soon at first, then less often, until it is known.

Woken by the database when an order is written. Many may run at once, for each request to the bank has one id.
"""

import logging
from collections.abc import Callable
from functools import partial

from nanhu.kernel.retries import Again, Retries, in_the_worker
from nanhu.kernel.retries.answers import Answer, Outside
from nanhu.systems.card.bank.acquirer import AcquirerSilentError
from nanhu.systems.card.bank.errors import PaymentOddError
from nanhu.systems.card.bank.gateway import BankSilentError
from nanhu.systems.card.bank.models import Agreement, BankPayout, Load, OnlineTopUp
from nanhu.systems.card.bank.services import agreements, loads, payouts, top_ups
from nanhu.systems.card.bank.services.timing import LEASE, pause_after
from nanhu.systems.card.funds.models import Claimable

log = logging.getLogger(__name__)
CHANNEL = "card_bank"
SILENT = (BankSilentError, AcquirerSilentError, PaymentOddError)
type Numbered = Load | Agreement | BankPayout | OnlineTopUp


def asked[Row: Numbered](step: Callable[[Row], Answer]) -> Callable[[Row], Outside]:
    """The whole step on a thread: each writes down what it asks before it asks."""
    return lambda row: partial(heard, step, row)


def heard[Row: Numbered](step: Callable[[Row], Answer], row: Row) -> Answer:
    try:
        return step(row)
    except SILENT as error:
        log.warning("%s %s: %s", row._meta.model_name, row.number, error)  # noqa: SLF001 - the name of whichever it is
        return Again(str(error))


LOADS = Retries(
    model=Load, step=asked(loads.step), pause=pause_after, lease=LEASE, related=("agreement__channel",), at_once=4
)
AGREEMENTS = Retries(
    model=Agreement, step=asked(agreements.look), pause=pause_after, lease=LEASE, related=("channel",), at_once=2
)
PAYOUTS = Retries(
    model=BankPayout, step=asked(payouts.step), pause=pause_after, lease=LEASE, related=("channel",), at_once=2
)
TOP_UPS = Retries(
    model=OnlineTopUp, step=asked(top_ups.step), pause=pause_after, lease=LEASE, related=("channel",), at_once=4
)
EVERY = (LOADS, AGREEMENTS, PAYOUTS, TOP_UPS)
in_the_worker("card_bank", *EVERY, channel=CHANNEL)


def follow_claims() -> int:
    """Loads whose money was claimed long after (领款): the claim is the truth, the load says so too."""
    late = Load.objects.filter(state=Load.State.UNCLAIMED, claimable__state=Claimable.State.CLAIMED)
    for load in late[:500]:
        loads.follow_claimable(load)
    return len(late)
