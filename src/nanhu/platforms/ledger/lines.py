"""A transfer as one line of text: what is hashed, handed out with statements, and checked again off line. Never changes its form."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db import connection

from nanhu.kernel.database.values import one_row
from nanhu.kernel.sealing.lines import Line, Place, plain, stamp

BATCH: Final = 2000
COLUMNS: Final = (
    "id, xid, era, entry_id, posted_at, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reference, "
    "reverses_entry_id"
)
ROWS: Final = f"""
    SELECT {COLUMNS} FROM ledger_transfer
     WHERE era = %(era)s AND xid >= %(after_xid)s AND xid <= %(until_xid)s
       AND (xid, id) > (%(after_xid)s, %(after_id)s) AND (xid, id) <= (%(until_xid)s, %(until_id)s)
     ORDER BY xid, id"""  # noqa: S608  the columns above
WAITING: Final = (
    "SELECT count(*), min(posted_at) FROM ledger_transfer WHERE era = %s AND xid >= %s AND (xid, id) > (%s, %s)"
)


def lines_between(era: int, after: Place, until: Place) -> Iterator[Line]:
    """The lines of an era after one place up to another, streamed in their order."""
    facts = {"era": era, "after_xid": after.xid, "after_id": after.id, "until_xid": until.xid, "until_id": until.id}
    with connection.chunked_cursor() as cursor:
        cursor.execute(ROWS, facts)
        while rows := cursor.fetchmany(BATCH):
            yield from map(line_of, rows)


def line_of(row: tuple[Any, ...]) -> Line:
    row_id, xid, era, entry, posted, occurred, kind, debit, credit, fen, reference, reverses = row
    text = plain(
        {
            "id": row_id,
            "xid": xid,
            "era": era,
            "entry": entry,
            "posted": stamp(posted),
            "occurred": stamp(occurred),
            "kind": kind,
            "debit": debit,
            "credit": credit,
            "fen": fen,
            "reference": reference,
            "reverses": reverses,
        }
    )
    return Line(place=Place(xid, row_id), at=stamp(posted), text=text)


def waiting(era: int, after: Place) -> tuple[int, datetime | None]:
    count, since = one_row(WAITING, [era, after.xid, after.xid, after.id])
    return count, since
