"""The tables of money: accounts and their entries, bills, funds."""

from nanhu.platforms.ledger.models.bills import Bill, BillMovement, FeeItem
from nanhu.platforms.ledger.models.entries import (
    Account,
    Balance,
    Block,
    Check,
    DayRoot,
    DaySum,
    EntryKey,
    SigningKey,
    Transfer,
)
from nanhu.platforms.ledger.models.funds import Fund, FundMovement, Reservation

__all__ = [
    "Account",
    "Balance",
    "Bill",
    "BillMovement",
    "Block",
    "Check",
    "DayRoot",
    "DaySum",
    "EntryKey",
    "FeeItem",
    "Fund",
    "FundMovement",
    "Reservation",
    "SigningKey",
    "Transfer",
]
