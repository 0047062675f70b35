"""An audit row as one line of text: what is hashed, exported, and checked again off line. Never changes its form."""

from collections.abc import Iterator
from typing import Final

from django.db import connection

from nanhu.kernel.sealing.lines import Line, Place, plain

BATCH: Final = 2000
ROWS: Final = """
    SELECT id, xid::text::bigint, at, account_id, actor, address, action, target, reason, facts::text, era
      FROM kernel_audit_entry
     WHERE era = %(era)s AND xid >= %(first)s::text::xid8 AND (xid, id) > (%(after_xid)s::text::xid8, %(after_id)s)
       AND (xid, id) <= (%(until_xid)s::text::xid8, %(until_id)s)
     ORDER BY xid, id"""


def lines_between(*, era: int, after: Place, until: Place) -> Iterator[Line]:
    """The lines of an era after one place up to another, streamed in their order."""
    facts = {
        "era": era,
        "first": after.xid,
        "after_xid": after.xid,
        "after_id": after.id,
        "until_xid": until.xid,
        "until_id": until.id,
    }
    with connection.chunked_cursor() as cursor:
        cursor.execute(ROWS, facts)
        while rows := cursor.fetchmany(BATCH):
            yield from map(line_of, rows)


def line_of(row: tuple) -> Line:  # type: ignore[type-arg]
    """`facts` stand as PostgreSQL writes jsonb, so that no reader's idea of numbers comes between."""
    row_id, xid, at, account_id, actor, address, action, target, reason, facts, era = row
    moment = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    head = {
        "id": row_id,
        "xid": xid,
        "era": era,
        "at": moment,
        "account": account_id,
        "actor": actor,
        "address": address,
        "action": action,
        "target": target,
        "reason": reason,
    }
    return Line(place=Place(xid, row_id), at=moment, text=f'{plain(head)[:-1]},"facts":{facts}}}')
