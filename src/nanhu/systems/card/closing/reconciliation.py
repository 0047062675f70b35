"""Our own two sources of a day close: the ledger against itself, and against what terminals and counters were told (receipts)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from nanhu.kernel.clock import end_of, start_of
from nanhu.kernel.database.values import all_rows
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.api import Found, group_name
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.kinds import KINDS, MONEY_IN

WITH_RECEIPT = [
    f"card.{kind}" for kind in KINDS if not kind.startswith("correction") and not kind.startswith("merge")
] + [
    "card.correction",
    "card.merge",
    "card.load",
]
SOLD = ["card.payment", "card.stored", "card.owed", "card.reversal", "card.refund", "card.correction"]
OF_SALES = ["payment", "stored", "reversal", "refund", "correction_in", "correction_out"]
UNMATCHED = """
    WITH paper AS (
        SELECT id, entry_id, amount_fen FROM card_receipt
         WHERE posted_at >= %(since)s AND posted_at < %(until)s AND outcome = 'posted'
    ), money AS (
        SELECT t.entry_id, sum(t.amount_fen)::bigint AS fen, bool_or(t.kind = ANY(%(kinds)s)) AS has_receipt FROM ledger_transfer t
         WHERE t.posted_at >= %(since)s AND t.posted_at < %(until)s GROUP BY t.entry_id
    )
    SELECT paper.id, coalesce(paper.entry_id, money.entry_id), money.fen, paper.amount_fen
    FROM paper FULL JOIN money ON money.entry_id = paper.entry_id
    WHERE (paper.id IS NULL AND money.has_receipt) OR (paper.id IS NOT NULL AND paper.amount_fen IS DISTINCT FROM money.fen)
    ORDER BY 2 LIMIT 200"""
BY_MERCHANT = """
    WITH paper AS (
        SELECT r.merchant_id, sum(CASE WHEN r.kind = ANY(%(money_in)s) THEN -r.amount_fen ELSE r.amount_fen END)::bigint AS fen, count(*) AS n
          FROM card_receipt r LEFT JOIN card_receipt o ON o.id = r.reverses_id
         WHERE r.posted_at >= %(since)s AND r.posted_at < %(until)s AND r.outcome = 'posted' AND r.merchant_id IS NOT NULL
           AND r.kind = ANY(%(sales)s) AND o.kind IS DISTINCT FROM 'hold' GROUP BY 1
    ), leg AS (
        SELECT credit_account_id AS account_id, sum(amount_fen) AS fen FROM ledger_transfer
         WHERE posted_at >= %(since)s AND posted_at < %(until)s AND kind = ANY(%(sold)s) GROUP BY 1
        UNION ALL
        SELECT debit_account_id, -sum(amount_fen) FROM ledger_transfer
         WHERE posted_at >= %(since)s AND posted_at < %(until)s AND kind = ANY(%(sold)s) GROUP BY 1
    ), book AS (SELECT account_id, sum(fen)::bigint AS fen FROM leg GROUP BY 1)
    SELECT m.key, m.name, m.canteen, coalesce(book.fen, 0), coalesce(paper.fen, 0), coalesce(paper.n, 0)
    FROM card_merchant m LEFT JOIN paper ON paper.merchant_id = m.id LEFT JOIN book ON book.account_id = m.account_id
    WHERE paper.n IS NOT NULL OR book.fen IS NOT NULL ORDER BY m.canteen, m.name"""
LATE = """
    SELECT (occurred_at AT TIME ZONE 'Asia/Shanghai')::date, count(*), sum(amount_fen)::bigint FROM card_receipt
    WHERE posted_at >= %(since)s AND posted_at < %(until)s AND outcome = 'posted' AND occurred_at < %(since)s GROUP BY 1 ORDER BY 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantDay:
    key: str
    name: str
    canteen: str
    book_fen: int
    paper_fen: int
    rows: int


def facts_of(day: date) -> dict[str, Any]:
    return {
        "since": start_of(day),
        "until": end_of(day),
        "money_in": sorted(MONEY_IN),
        "sales": OF_SALES,
        "sold": SOLD,
        "kinds": WITH_RECEIPT,
    }


def rows_of(statement: str, day: date) -> list[tuple[Any, ...]]:
    return all_rows(statement, facts_of(day))


def merchants_on(day: date) -> list[MerchantDay]:
    return [
        MerchantDay(key=key, name=name, canteen=canteen, book_fen=book, paper_fen=paper, rows=rows)
        for key, name, canteen, book, paper, rows in rows_of(BY_MERCHANT, day)
    ]


def merchants_shown(day: date) -> list[dict[str, Any]]:
    """On the sheet of the day."""
    return [
        {
            "name": one.name,
            "canteen": one.canteen,
            "book_fen": one.book_fen,
            "paper_fen": one.paper_fen,
            "rows": one.rows,
        }
        for one in merchants_on(day)
    ]


def late_rows_on(day: date) -> list[dict[str, Any]]:
    """Rows that came after their own day: they keep their date and count in this one."""
    return [{"day": late.isoformat(), "rows": rows, "fen": fen} for late, rows, fen in rows_of(LATE, day)]


def ledger_differences(day: date) -> list[Found]:
    """The day's sums are those of its rows, and debit is credit at its end."""
    found = [
        Found(
            key=f"sum:{group}:{account or ''}",
            what=_("科目 %(group)s 的日合计与明细不符") % {"group": group_name(group)},
            ours_fen=kept,
            theirs_fen=summed,
        )
        for group, account, kept, summed in ledger.day_differences(day)
    ]
    net = sum(row.net_fen for row in ledger.trial_at(end_of(day)))
    return found + ([Found(key="trial", what=_("试算不平衡"), ours_fen=net, theirs_fen=0)] if net else [])


def suspense_differences(day: date) -> list[Found]:
    """Rows a terminal brought on this day that could not be believed: no money moved, somebody answers for each."""
    cases = SuspenseCase.objects.filter(
        created_at__gte=start_of(day), created_at__lt=end_of(day), state=SuspenseCase.State.OPEN
    )
    return [
        Found(
            key=f"case:{one.pk}",
            what=_("待查交易：%(why)s") % {"why": one.get_reason_display()},
            ours_fen=0,
            theirs_fen=one.amount_fen or 0,
            owner=one.owner_name,
        )
        for one in cases.order_by("pk")[:200]
    ]


def receipt_differences(day: date) -> list[Found]:
    """Each receipt has its money, each movement its receipt; each merchant's account holds what its terminals told."""
    found = [
        Found(
            key=f"entry:{entry}",
            what=_("分录 %(entry)s 与凭证不符") % {"entry": entry},
            ours_fen=money or 0,
            theirs_fen=paper or 0,
        )
        for _receipt, entry, money, paper in rows_of(UNMATCHED, day)
    ]
    return found + [
        Found(
            key=f"merchant:{one.key}",
            what=_("商户%(name)s的账与终端合计不符") % {"name": one.name},
            ours_fen=one.book_fen,
            theirs_fen=one.paper_fen,
        )
        for one in merchants_on(day)
        if one.book_fen != one.paper_fen
    ]
