"""What closing keeps: contracts and settlements, day closes and their differences, corrections, disputes."""

from nanhu.systems.card.closing.models.contracts import Contract, MerchantUser
from nanhu.systems.card.closing.models.corrections import Correction, Dispute
from nanhu.systems.card.closing.models.days import DayClose, Difference
from nanhu.systems.card.closing.models.settlements import Payout, Settlement

__all__ = [
    "Contract", "Correction", "DayClose", "Difference", "Dispute", "MerchantUser", "Payout", "Settlement",
]  # fmt: skip
