"""What closing keeps: contracts and settlements, day closes and their differences, corrections, disputes."""

from nanhu.systems.card.closing.models.contracts import Contract, MerchantUser
from nanhu.systems.card.closing.models.corrections import Correction, Dispute
from nanhu.systems.card.closing.models.settlements import Payout, Settlement
from nanhu.systems.card.closing.models.terminals import TerminalDay

__all__ = [
    "Contract",
    "Correction",
    "Dispute",
    "MerchantUser",
    "Payout",
    "Settlement",
    "TerminalDay",
]
