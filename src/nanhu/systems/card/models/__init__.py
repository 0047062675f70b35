"""Tables of the card: holdings, the field, receipts, the counter."""

from nanhu.systems.card.models.counter import CashException, TopUp
from nanhu.systems.card.models.field import Merchant, PosTerminal, Price, TerminalIncident
from nanhu.systems.card.models.holding import Card, Wallet
from nanhu.systems.card.models.receipts import Hold, Receipt, Refund, Spent

__all__ = [
    "Card",
    "CashException",
    "Hold",
    "Merchant",
    "PosTerminal",
    "Price",
    "Receipt",
    "Refund",
    "Spent",
    "TerminalIncident",
    "TopUp",
    "Wallet",
]
