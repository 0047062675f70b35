"""Tables of the card: holdings, the field, receipts, the counter."""

from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.models.counter import CashException, TopUp
from nanhu.systems.card.models.field import SELLING, Merchant, Price, Till
from nanhu.systems.card.models.holding import Card, Wallet
from nanhu.systems.card.models.loss import LossReport
from nanhu.systems.card.models.receipts import Hold, Receipt, Refund, Spent
from nanhu.systems.card.models.shifts import Shift, ShiftCount

__all__ = [
    "SELLING",
    "Card",
    "CashException",
    "Hold",
    "LossReport",
    "Merchant",
    "Price",
    "Receipt",
    "Refund",
    "Shift",
    "ShiftCount",
    "Spent",
    "Terminal",
    "Till",
    "TopUp",
    "Wallet",
]
