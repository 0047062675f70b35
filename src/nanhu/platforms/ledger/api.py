"""The door of the ledger. Everything is integer fen."""

from nanhu.platforms.ledger.errors import (
    AlreadyReversedError,
    EntryKeyReusedError,
    InsufficientFundsError,
    UnknownAccountError,
    UnknownEntryError,
)
from nanhu.platforms.ledger.queries import (
    Finding,
    TrialBalance,
    balance_of,
    balances_of,
    check_ledger,
    transfers_of,
    trial_balance,
)
from nanhu.platforms.ledger.services.accounts import AccountOrder, account_ids, open_accounts
from nanhu.platforms.ledger.services.partitions import add_months, add_months_ahead
from nanhu.platforms.ledger.services.posting import Leg, PostedEntry, post, reverse

__all__ = [
    "AccountOrder",
    "AlreadyReversedError",
    "EntryKeyReusedError",
    "Finding",
    "InsufficientFundsError",
    "Leg",
    "PostedEntry",
    "TrialBalance",
    "UnknownAccountError",
    "UnknownEntryError",
    "account_ids",
    "add_months",
    "add_months_ahead",
    "balance_of",
    "balances_of",
    "check_ledger",
    "open_accounts",
    "post",
    "reverse",
    "transfers_of",
    "trial_balance",
]
