"""The trial balance (试算平衡) of any moment: the sums of whole days, and the rows of the day that was then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

from nanhu.kernel.clock import CAMPUS_ZONE, campus_time
from nanhu.kernel.database.values import all_rows, one_value
from nanhu.platforms.ledger.models import Account

LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
SUMMED = """
    SELECT kind, account_group, account_id, sum(debit_fen)::bigint, sum(credit_fen)::bigint
    FROM ledger_day_sum WHERE day < %s GROUP BY 1, 2, 3"""
NET_LIVE = """
    SELECT coalesce((SELECT sum(amount_fen) FROM ledger_transfer
                      WHERE credit_account_id = %(account)s AND posted_at >= %(since)s AND posted_at < %(moment)s), 0)
         - coalesce((SELECT sum(amount_fen) FROM ledger_transfer
                      WHERE debit_account_id = %(account)s AND posted_at >= %(since)s AND posted_at < %(moment)s), 0)"""
LAST_DAY = "SELECT max(day) FROM ledger_day_sum WHERE day < %s"
NET_SUMMED = (
    "SELECT coalesce(sum(credit_fen - debit_fen), 0)::bigint FROM ledger_day_sum WHERE account_id = %s AND day <= %s"
)
BY_DAY = """
    SELECT day, account_id, debit_fen, credit_fen FROM ledger_day_sum
     WHERE account_id = ANY(%s) AND day >= %s AND day <= %s ORDER BY day"""
LIVE = "SELECT kind, account_group, account_id, debit_fen, credit_fen FROM ledger_legs_of(%s, %s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """What the accounts of one group hold: `account_id` where the account is nobody's."""

    kind: str
    group: str
    account_id: int | None
    debit_fen: int
    credit_fen: int

    @property
    def net_fen(self) -> int:
        return self.debit_fen - self.credit_fen

    @property
    def kind_name(self) -> str:
        return kind_name(self.kind)


def kind_name(kind: str) -> str:
    """The words for a kind of account."""
    return str(Account.Kind(kind).label) if kind in Account.Kind.values else kind


def trial_at(moment: datetime) -> list[GroupRow]:
    """All money posted before the moment, by group of accounts. Reads days that are summed as sums, the rest as rows."""
    today = campus_time(moment).date()
    last = one_value(LAST_DAY, [today])
    rows: list[tuple[str, str, int | None, int, int]] = []
    since = LONG_AGO
    if last is not None:
        rows += all_rows(SUMMED, [last + timedelta(days=1)])
        since = datetime.combine(last + timedelta(days=1), clock_time.min, CAMPUS_ZONE)
    return added_up(rows + all_rows(LIVE, [since, moment]))


def added_up(rows: Iterable[tuple[str, str, int | None, int, int]]) -> list[GroupRow]:
    sums: dict[tuple[str, str, int | None], list[int]] = {}
    for kind, group, account_id, debit, credit in rows:
        both = sums.setdefault((kind, group, account_id), [0, 0])
        both[0] += debit
        both[1] += credit
    return [
        GroupRow(kind=kind, group=group, account_id=account_id, debit_fen=debit, credit_fen=credit)
        for (kind, group, account_id), (debit, credit) in sorted(sums.items(), key=lambda item: str(item[0]))
    ]


def net_of(account_id: int, *, before: datetime) -> int:
    """Credit minus debit of an account of nobody, of all that was posted before the moment: sums of days, and the rest as rows."""
    last = one_value(LAST_DAY, [campus_time(before).date()])
    summed, since = 0, LONG_AGO
    if last is not None:
        summed = int(one_value(NET_SUMMED, [account_id, last]))
        since = datetime.combine(last + timedelta(days=1), clock_time.min, CAMPUS_ZONE)
    return summed + int(one_value(NET_LIVE, {"account": account_id, "since": since, "moment": before}))


def moved_between(since: datetime, until: datetime) -> list[GroupRow]:
    """What was posted in a range, by group of accounts; whole days cost no more than their rows."""
    return added_up(all_rows(LIVE, [since, until]))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDay:
    day: date
    account_id: int
    debit_fen: int
    credit_fen: int


def sums_by_day(account_ids: Iterable[int], *, first: date, last: date) -> list[AccountDay]:
    """What accounts of nobody moved on each summed day of a range; the day that still runs is not in it."""
    return [
        AccountDay(day=day, account_id=account, debit_fen=debit, credit_fen=credit)
        for day, account, debit, credit in all_rows(BY_DAY, [list(account_ids), first, last])
    ]
