"""The holder's signed statement (对账单): rows with their proofs, balances, and the school's signature, checkable off line."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nanhu.kernel.clock import now
from nanhu.kernel.school import school
from nanhu.kernel.sealing.lines import stamp
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.closing.errors import StatementTooLongError
from nanhu.systems.card.kinds import KINDS
from nanhu.systems.card.models import Card, Receipt, Wallet
from nanhu.systems.card.protocol import receipt_number
from nanhu.systems.card.queries import Range
from nanhu.systems.card.rows import source_of

FORMAT = "nanhu-statement-1"
LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    name: str
    campus_no: str


def statement_of(card: Card, holder: Holder, days: Range) -> dict[str, Any]:
    """The whole document with its proofs, signed."""
    since, until = bounds(days)
    proofs = ledger.proofs_of_account(card.wallet.account_id, since=since, until=until)
    blocks = {str(number): facts for number, facts in proofs.blocks.items()}
    return signed(facts_of(card, holder, (since, until), proofs.rows) | {"blocks": blocks, "days": proofs.days})


def shown_statement(card: Card, holder: Holder, days: Range) -> dict[str, Any]:
    """The same rows and sums to read, without proofs and signature."""
    since, until = bounds(days)
    return facts_of(
        card, holder, (since, until), ledger.sealed_rows_of(card.wallet.account_id, since=since, until=until)
    )


def bounds(days: Range) -> tuple[datetime, datetime]:
    """Rows are chosen by when they were posted, so that a day that is over stays what it is."""
    if (days.last - days.first).days > LONGEST_DAYS:
        raise StatementTooLongError(days=LONGEST_DAYS)
    return days.since, min(days.until, now())


def facts_of(
    card: Card, holder: Holder, between: tuple[datetime, datetime], sealed: list[ledger.SealedRow]
) -> dict[str, Any]:
    since, until = between
    opening = ledger.balance_before(card.wallet.account_id, since)
    rows = shown_rows(card.wallet, sealed, opening)
    moved = [row["fen"] for row in rows]
    return {
        "format": FORMAT,
        "school": school().name,
        "holder": holder.name,
        "campus_no": holder.campus_no,
        "card": card.number,
        "account": card.wallet.account_id,
        "since": stamp_utc(since),
        "until": stamp_utc(until),
        "made_at": stamp_utc(now()),
        "opening_fen": opening,
        "closing_fen": opening + sum(moved),
        "in_fen": sum(fen for fen in moved if fen > 0),
        "out_fen": -sum(fen for fen in moved if fen < 0),
        "rows": rows,
    }


def signed(document: dict[str, Any]) -> dict[str, Any]:
    document["key"] = {"algorithm": "Ed25519", "public": ledger.current_key().public}
    return document | {"signature": ledger.sign(canonical(document)).value}


def canonical(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def stamp_utc(moment: datetime) -> str:
    return stamp(moment.astimezone(UTC))


def shown_rows(wallet: Wallet, sealed: list[ledger.SealedRow], opening: int) -> list[dict[str, Any]]:
    papers = papers_of(wallet, [row.facts["entry"] for row in sealed])
    balance, rows = opening, []
    for row in sealed:
        facts = row.facts
        fen = facts["fen"] if facts["credit"] == wallet.account_id else -facts["fen"]
        balance += fen
        rows.append(
            {
                **words_of(papers.get(facts["entry"])),
                "entry": facts["entry"],
                "occurred_at": stamp(facts["occurred_at"]),
                "posted_at": stamp(facts["posted_at"]),
                "fen": fen,
                "balance_fen": balance,
                "line": row.line,
                "block": row.block,
                "path": [list(step) for step in row.path],
            }
        )
    return rows


def papers_of(wallet: Wallet, entries: list[int]) -> dict[int, Receipt]:
    receipts = Receipt.objects.filter(wallet=wallet, outcome="posted", entry_id__in=entries)
    return {
        receipt.entry_id: receipt for receipt in receipts.select_related("merchant", "terminal") if receipt.entry_id
    }


def words_of(receipt: Receipt | None) -> dict[str, str]:
    """What a person reads of a row; signed, but not part of the chain."""
    if receipt is None:
        return {"receipt": "", "what": "", "merchant": "", "canteen": "", "terminal": ""}
    merchant, terminal = receipt.merchant, receipt.terminal
    return {
        "receipt": receipt_number(receipt.id),
        "what": str(KINDS[receipt.kind].name),
        "merchant": merchant.name if merchant else source_of(receipt),
        "canteen": merchant.canteen if merchant else "",
        "terminal": terminal.number if terminal else "",
    }
