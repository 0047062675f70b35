"""An audit row as one line of text: what is hashed, exported, and checked again off line. Never changes its form."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from django.db import connection

BATCH: Final = 2000
ROWS: Final = """
    SELECT id, xid::text::bigint, at, account_id, actor, address, action, target, reason, facts::text, era
      FROM kernel_audit_entry
     WHERE era = %(era)s AND xid >= %(first)s::text::xid8 AND (xid, id) > (%(after_xid)s::text::xid8, %(after_id)s)
       AND (xid, id) <= (%(until_xid)s::text::xid8, %(until_id)s)
     ORDER BY xid, id"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in its era."""

    xid: int
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    place: Place
    at: str
    text: str


def lines_between(*, era: int, after: Place, until: Place) -> Iterator[Line]:
    """The lines of an era after one place up to another, streamed in their order."""
    facts = {
        "era": era, "first": after.xid, "after_xid": after.xid, "after_id": after.id,
        "until_xid": until.xid, "until_id": until.id,
    }  # fmt: skip
    with connection.chunked_cursor() as cursor:
        cursor.execute(ROWS, facts)
        while rows := cursor.fetchmany(BATCH):
            yield from map(line_of, rows)


def line_of(row: tuple) -> Line:  # type: ignore[type-arg]
    """`facts` stand as PostgreSQL writes jsonb, so that no reader's idea of numbers comes between."""
    row_id, xid, at, account_id, actor, address, action, target, reason, facts, era = row
    moment = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    head = {
        "id": row_id, "xid": xid, "era": era, "at": moment, "account": account_id, "actor": actor,
        "address": address, "action": action, "target": target, "reason": reason,
    }  # fmt: skip
    return Line(place=Place(xid, row_id), at=moment, text=f'{plain(head)[:-1]},"facts":{facts}}}')


def plain(document: dict[str, object]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


class Digest:
    """SHA-256 or SM3 (GB/T 32905) over lines, each ended by a line feed."""

    def __init__(self, algorithm: str) -> None:
        self._sm3 = hashes.Hash(hashes.SM3()) if algorithm == "sm3" else None
        self._sha = hashlib.sha256()

    def add(self, text: str) -> None:
        (self._sm3 or self._sha).update(text.encode() + b"\n")

    def hex(self) -> str:
        return self._sm3.finalize().hex() if self._sm3 is not None else self._sha.hexdigest()
