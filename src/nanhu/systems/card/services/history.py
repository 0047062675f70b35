"""The past of a campus in bulk: what another system, or the sample, knows of purchases and top-ups.

The rows travel by COPY into a temporary table and become receipts and transfers in one statement each, through the same
triggers as every posting: a past that would overdraw a wallet is refused as a whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from django.db import connection, transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.api import BANK_ACCOUNT
from nanhu.platforms.people import api as people
from nanhu.systems.card.errors import HistoryExistsError

SQL = Path(__file__).parent.parent / "sql" / "queries" / "history.sql"


@dataclass(frozen=True, slots=True)
class PastRow:
    """One purchase at a terminal, or a top-up (merchant and terminal empty)."""

    campus_no: str
    merchant_key: str
    terminal_no: str
    occurred_at: datetime
    amount_fen: int
    kind: Literal["purchase", "top_up"]


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """`unknown` rows name a campus number without a card or a terminal that does not exist; they are left out."""

    posted: int
    unknown: int


@transaction.atomic
def import_history(*, by: Actor, rows: Iterable[PastRow]) -> HistoryResult:
    """Post the past of wallets that have none. Asked again for wallets that have rows it refuses and changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        copy_rows(cursor.cursor, rows)
        cursor.execute("SELECT count(*), min(occurred_at), max(occurred_at) FROM card_past")
        total, first, last = cursor.fetchone()
        if not total:
            return HistoryResult(posted=0, unknown=0)
        ledger.add_months(campus_time(first).date(), campus_time(last).date())
        ledger.forget_sums(since=campus_time(first).date())
        bank = ledger.open_accounts([ledger.AccountOrder(code=BANK_ACCOUNT, name="银行圈存", kind="asset")])
        resolve(cursor)
        cursor.execute(HAS_PAST)
        if cursor.fetchone():
            raise HistoryExistsError
        cursor.execute(SQL.read_text(encoding="utf-8"), {"bank": bank[BANK_ACCOUNT]})
        cursor.execute("SELECT count(*) FROM card_past WHERE entry_id IS NOT NULL")
        posted = int(cursor.fetchone()[0])
        cursor.execute("DROP TABLE card_past")
    result = HistoryResult(posted=posted, unknown=total - posted)
    facts = {"posted": result.posted, "unknown": result.unknown, "from": first.isoformat(), "to": last.isoformat()}
    audit.record(by=by, action="card.import_history", target="card:history", facts=facts)
    return result


def resolve(cursor: Any) -> None:
    """Turn names into rows: campus numbers into cards, terminals into merchants' accounts."""
    cursor.execute("SELECT DISTINCT campus_no FROM card_past")
    holders = people.find_people_by_campus_no([campus_no for (campus_no,) in cursor.fetchall()])
    cursor.execute(RESOLVE_HOLDERS, [list(holders), list(holders.values())])
    cursor.execute(RESOLVE_TERMINALS)


def copy_rows(cursor: Any, rows: Iterable[PastRow]) -> None:
    with cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row(
                (row.campus_no, row.merchant_key, row.terminal_no, row.occurred_at, row.amount_fen, row.kind)
            )


CREATE = """
CREATE TEMPORARY TABLE card_past (
    n bigint GENERATED ALWAYS AS IDENTITY,
    campus_no text, merchant_key text, terminal_no text, occurred_at timestamptz,
    amount_fen bigint CHECK (amount_fen > 0), kind text CHECK (kind IN ('purchase', 'top_up')),
    wallet_id bigint, card_id bigint, merchant_id bigint, merchant_account_id bigint, terminal_id bigint,
    entry_id bigint, balance_fen bigint
) ON COMMIT DROP
"""
COPY = "COPY card_past (campus_no, merchant_key, terminal_no, occurred_at, amount_fen, kind) FROM STDIN"
RESOLVE_HOLDERS = """
UPDATE card_past p SET wallet_id = w.account_id, card_id = c.id
    FROM unnest(%s::text[], %s::bigint[]) AS holder(campus_no, person_id)
    JOIN card_wallet w ON w.person_id = holder.person_id
    JOIN card_card c ON c.wallet_id = w.account_id AND c.state IN ('issued', 'lost')
    WHERE holder.campus_no = p.campus_no
"""
RESOLVE_TERMINALS = """
UPDATE card_past p SET merchant_id = m.id, merchant_account_id = m.account_id, terminal_id = t.id
    FROM terminals_known t JOIN card_till s ON s.terminal_id = t.id JOIN card_merchant m ON m.id = s.merchant_id
    WHERE t.number = p.terminal_no AND m.key = p.merchant_key
"""
HAS_PAST = """
SELECT 1 FROM card_receipt r WHERE r.wallet_id IN (SELECT DISTINCT wallet_id FROM card_past) LIMIT 1
"""
