"""The tables of money that waits to be claimed, and of money that leaves."""

from nanhu.systems.card.funds.models.claims import Claimable, ClaimOrder, PendingAccount
from nanhu.systems.card.funds.models.deductions import Deduction
from nanhu.systems.card.funds.models.payouts import Funding, PayoutBatch, PayoutRow
from nanhu.systems.card.funds.models.reissues import CardReissue
from nanhu.systems.card.funds.models.withdrawals import Withdrawal

__all__ = [
    "CardReissue",
    "ClaimOrder",
    "Claimable",
    "Deduction",
    "Funding",
    "PayoutBatch",
    "PayoutRow",
    "PendingAccount",
    "Withdrawal",
]
