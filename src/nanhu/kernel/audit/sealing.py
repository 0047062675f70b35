"""Sealing the audit log: a chain of `kernel.sealing` over its rows."""

from datetime import datetime
from typing import Final

from nanhu.kernel.audit.lines import lines_between
from nanhu.kernel.database.values import all_rows, one_row
from nanhu.kernel.models import AuditBlock
from nanhu.kernel.sealing import chain as sealing
from nanhu.kernel.sealing.carrying import CHAINS
from nanhu.kernel.sealing.lines import Place, Running

BLOCK_ROWS: Final = 5000
LOCK: Final = 7_201_903
ERAS: Final = """
    WITH RECURSIVE eras (era) AS (
        (SELECT era FROM kernel_audit_entry ORDER BY era LIMIT 1)
        UNION ALL
        SELECT (SELECT e.era FROM kernel_audit_entry e WHERE e.era > eras.era ORDER BY e.era LIMIT 1) FROM eras
         WHERE eras.era IS NOT NULL
    ) SELECT era FROM eras WHERE era IS NOT NULL"""
UNSEALED: Final = """
    SELECT count(*), min(at) FROM kernel_audit_entry
     WHERE era = %s AND (xid, id) > (%s::text::xid8, %s)"""


def eras() -> list[int]:
    return [row[0] for row in all_rows(ERAS)]


def waiting(era: int, after: Place) -> tuple[int, datetime | None]:
    count, since = one_row(UNSEALED, [era, after.xid, after.id])
    return count, since


CHAIN: Final = sealing.Chain(
    blocks=AuditBlock,
    lines=lambda era, after, until: lines_between(era=era, after=after, until=until),
    eras=eras,
    waiting=waiting,
    digest=Running,
    lock=LOCK,
    block_rows=BLOCK_ROWS,
)

CHAINS["audit"] = CHAIN


def seal(*, block_rows: int = BLOCK_ROWS) -> int:
    """Close what is finished into blocks; how many."""
    return sealing.seal(CHAIN, block_rows=block_rows)
