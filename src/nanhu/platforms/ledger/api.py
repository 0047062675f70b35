"""The API of the ledger. Everything is integer fen."""

from nanhu.platforms.ledger.errors import (
    AlreadyReversedError,
    EntryKeyReusedError,
    InsufficientFundsError,
    UnknownAccountError,
    UnknownEntryError,
)
from nanhu.platforms.ledger.proofs import Proofs, SealedRow, proofs_of_account, sealed_rows_of
from nanhu.platforms.ledger.queries import (
    Finding,
    TrialBalance,
    balance_before,
    balance_of,
    balances_of,
    check_ledger,
    entry_of,
    transfers_of,
    trial_balance,
)
from nanhu.platforms.ledger.services.accounts import AccountOrder, account_ids, open_accounts
from nanhu.platforms.ledger.services.day_sums import check_days, forget_sums, sum_days
from nanhu.platforms.ledger.services.day_sums import differences_of as day_differences
from nanhu.platforms.ledger.services.partitions import add_months, add_months_ahead
from nanhu.platforms.ledger.services.posting import Leg, PostedEntry, post, reverse
from nanhu.platforms.ledger.services.signing import STATEMENT_VERIFIER, Signature, current_key, sign
from nanhu.platforms.ledger.trial import AccountDay, GroupRow, kind_name, moved_between, net_of, sums_by_day, trial_at

__all__ = [
    "STATEMENT_VERIFIER",
    "AccountDay",
    "AccountOrder",
    "AlreadyReversedError",
    "EntryKeyReusedError",
    "Finding",
    "GroupRow",
    "InsufficientFundsError",
    "Leg",
    "PostedEntry",
    "Proofs",
    "SealedRow",
    "Signature",
    "TrialBalance",
    "UnknownAccountError",
    "UnknownEntryError",
    "account_ids",
    "add_months",
    "add_months_ahead",
    "balance_before",
    "balance_of",
    "balances_of",
    "check_days",
    "check_ledger",
    "current_key",
    "day_differences",
    "entry_of",
    "forget_sums",
    "kind_name",
    "moved_between",
    "net_of",
    "open_accounts",
    "post",
    "proofs_of_account",
    "reverse",
    "sealed_rows_of",
    "sign",
    "sum_days",
    "sums_by_day",
    "transfers_of",
    "trial_at",
    "trial_balance",
]
