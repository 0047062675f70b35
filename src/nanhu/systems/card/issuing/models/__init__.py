"""Tables of issuing: what is to be made and by whom, and the mails that asked for it."""

from nanhu.systems.card.issuing.models.mail import IncomingMail
from nanhu.systems.card.issuing.models.orders import (
    Acceptance,
    CardOrder,
    FeePayment,
    Letter,
    OrderRow,
    Proof,
    QueueTicket,
    Regulation,
    UnitDelegate,
)

__all__ = [
    "Acceptance",
    "CardOrder",
    "FeePayment",
    "IncomingMail",
    "Letter",
    "OrderRow",
    "Proof",
    "QueueTicket",
    "Regulation",
    "UnitDelegate",
]
