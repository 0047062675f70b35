"""Reading the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet, Sum

from nanhu.kernel.database.prepared import AnyOf, Given, Prepared
from nanhu.kernel.database.values import all_rows, one_value
from nanhu.platforms.ledger.models import Account, Balance, EntryKey, Transfer


@dataclass(frozen=True, slots=True)
class TrialRow:
    """What all accounts of one kind hold, debit minus credit."""

    kind: str
    accounts: int
    debit_fen: int
    credit_fen: int

    @property
    def net_fen(self) -> int:
        return self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True)
class TrialBalance:
    rows: tuple[TrialRow, ...]

    @property
    def difference_fen(self) -> int:
        """Zero, or the ledger is broken."""
        return sum(row.net_fen for row in self.rows)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: a guarded account whose kept balance is not the sum of its rows, a row without its account …"""

    what: str
    account_id: int | None
    kept_fen: int | None
    summed_fen: int | None


TRIAL_SQL = """
    WITH leg AS (
        SELECT debit_account_id AS account_id, sum(amount_fen) AS debit, 0 AS credit FROM ledger_transfer GROUP BY 1
        UNION ALL
        SELECT credit_account_id, 0, sum(amount_fen) FROM ledger_transfer GROUP BY 1
    )
    SELECT coalesce(a.kind, 'unknown'), count(DISTINCT leg.account_id), sum(leg.debit)::bigint, sum(leg.credit)::bigint
    FROM leg LEFT JOIN ledger_account a ON a.id = leg.account_id GROUP BY 1 ORDER BY 1
"""
BALANCE_BEFORE = """
    SELECT b.balance_fen - b.sign * (
        coalesce((SELECT sum(amount_fen) FROM ledger_transfer WHERE credit_account_id = b.account_id AND posted_at >= %(moment)s), 0)
        - coalesce((SELECT sum(amount_fen) FROM ledger_transfer WHERE debit_account_id = b.account_id AND posted_at >= %(moment)s), 0))
    FROM ledger_balance b WHERE b.account_id = %(account)s"""
CHECK_SQL = "SELECT what, account_id, kept_fen, summed_fen FROM ledger_check() LIMIT %s"


def balance_of(account_id: int) -> int:
    """What the account holds, seen from its normal side: kept for guarded accounts, summed for others."""
    kept = Balance.objects.filter(account_id=account_id).values_list("balance_fen", flat=True).first()
    if kept is not None:
        return kept
    kind = Account.objects.values_list("kind", flat=True).get(id=account_id)
    net = sum_of(Q(credit_account_id=account_id)) - sum_of(Q(debit_account_id=account_id))
    return -net if kind in {Account.Kind.ASSET, Account.Kind.EXPENSE} else net


def sum_of(which: Q) -> int:
    return Transfer.objects.filter(which).aggregate(total=Sum("amount_fen"))["total"] or 0


def balances_of(account_ids: Sequence[int]) -> dict[int, int]:
    """Kept balances of guarded accounts; others are not in the answer."""
    return {row.account_id: row.balance_fen for row in BALANCES(accounts=list(account_ids))}


BALANCES = Prepared(lambda: Balance.objects.filter(AnyOf(F("account_id"), Given("accounts"))))


def balance_before(account_id: int, moment: datetime) -> int:
    """What a guarded account held at a moment: one statement, so that no posting comes between its two halves."""
    return int(one_value(BALANCE_BEFORE, {"account": account_id, "moment": moment}))


def transfers_of(
    account_id: int, *, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[Transfer]:
    """Rows that touch the account, newest first."""
    rows = Transfer.objects.filter(Q(debit_account_id=account_id) | Q(credit_account_id=account_id))
    if since is not None:
        rows = rows.filter(posted_at__gte=since)
    if until is not None:
        rows = rows.filter(posted_at__lt=until)
    return rows.order_by("-posted_at", "-id")


def trial_balance() -> TrialBalance:
    return TrialBalance(tuple(TrialRow(*row) for row in all_rows(TRIAL_SQL)))


def check_ledger(*, limit: int = 100) -> list[Finding]:
    """Everything that must hold and does not; empty for a sound ledger."""
    return [Finding(*row) for row in all_rows(CHECK_SQL, [limit])]


def entry_of(key: str) -> int | None:
    """The entry that was posted under this key."""
    return EntryKey.objects.filter(key=key).values_list("entry_id", flat=True).first()
