"""Sealing the audit log: finished rows are closed into blocks, each chained to the one before it.

No writer waits for this. A row carries the number of its transaction (xid); everything below the oldest transaction still
under way (the snapshot's xmin) is finished for good, so a block up to there can never gain a row. A late commit holds back
the seal, not the other way round. Numbers of another cluster (era: a restored dump) are finished by nature.
"""

from collections.abc import Iterator
from typing import Final

from django.db import connection, transaction

from nanhu.kernel.audit.lines import Digest, Line, Place, lines_between, plain
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.models import AuditBlock

BLOCK_ROWS: Final = 5000
GENESIS: Final = "0" * 64
START: Final = Place(0, 0)
LAST_ID: Final = 2**63 - 1
LOCK: Final = 7_201_903
ERAS: Final = """
    WITH RECURSIVE eras (era) AS (
        (SELECT era FROM kernel_audit_entry ORDER BY era LIMIT 1)
        UNION ALL
        SELECT (SELECT e.era FROM kernel_audit_entry e WHERE e.era > eras.era ORDER BY e.era LIMIT 1) FROM eras
         WHERE eras.era IS NOT NULL
    ) SELECT era FROM eras WHERE era IS NOT NULL"""
HORIZON: Final = """
    SELECT (SELECT system_identifier FROM pg_control_system()),
           coalesce(
               (SELECT min(x::text::bigint) FROM pg_snapshot_xip(s.now) x WHERE NOT EXISTS (
                   SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
                      AND l.transactionid::text::bigint = x::text::bigint % 4294967296
                      AND a.datid <> (SELECT oid FROM pg_database WHERE datname = current_database()))),
               pg_snapshot_xmax(s.now)::text::bigint)
      FROM (SELECT pg_current_snapshot() AS now) s"""
"""The oldest transaction under way, save those that are known to work in another database of the same server."""


def seal(*, block_rows: int = BLOCK_ROWS) -> int:
    """Close what is finished into blocks; how many. One sealer at a time, a second one leaves at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        return sum(seal_era(era, horizon, block_rows) for era, horizon in eras_and_horizons())


def eras_and_horizons() -> list[tuple[int, int]]:
    """Each era with the first transaction that may still be under way; the present cluster's comes last."""
    with connection.cursor() as cursor:
        cursor.execute(HORIZON)
        present, xmin = cursor.fetchone()
        cursor.execute(ERAS)
        eras = [row[0] for row in cursor.fetchall()]
    return [(era, 2**62) for era in eras if era != present] + [(present, xmin)]


def seal_era(era: int, horizon: int, block_rows: int) -> int:
    """The last block reaches up to the horizon itself: what is put below it later belongs to no block and is found."""
    last = AuditBlock.objects.filter(era=era).order_by("-until_xid", "-until_id").first()
    after = Place(last.until_xid, last.until_id) if last is not None else START
    end, made = Place(horizon - 1, LAST_ID), 0
    for lines, is_last in in_runs(lines_between(era=era, after=after, until=end), block_rows):
        until = end if is_last else lines[-1].place
        close_block(era=era, after=after, until=until, lines=lines)
        after, made = until, made + 1
    return made


def in_runs(lines: Iterator[Line], length: int) -> Iterator[tuple[list[Line], bool]]:
    """Runs of that many lines, each with whether it is the last."""
    run: list[Line] = []
    for line in lines:
        if len(run) == length:
            yield run, False
            run = []
        run.append(line)
    if run:
        yield run, True


def close_block(*, era: int, after: Place, until: Place, lines: list[Line]) -> AuditBlock:
    former = AuditBlock.objects.order_by("-number").first()
    digest = Digest(algorithm := chosen_algorithm())
    for line in lines:
        digest.add(line.text)
    block = AuditBlock(
        number=former.number + 1 if former else 1, era=era, after_xid=after.xid, after_id=after.id,
        until_xid=until.xid, until_id=until.id, rows=len(lines),
        first_at=min(line.at for line in lines), last_at=max(line.at for line in lines), algorithm=algorithm,
        digest=digest.hex(), previous=former.seal if former else GENESIS, sealed_at=now(),
    )  # fmt: skip
    block.seal = seal_of(block)
    block.witness = block.seal
    block.save(force_insert=True)
    return block


def chosen_algorithm() -> str:
    return "sm3" if configuration().crypto == "chinese" else "sha256"


def seal_of(block: AuditBlock) -> str:
    digest = Digest(block.algorithm)
    digest.add(plain(facts_of(block)))
    return digest.hex()


def facts_of(block: AuditBlock) -> dict[str, object]:
    """What the seal covers, in the order in which it is written; the offline verifier does the same."""
    return {
        "number": block.number, "era": block.era, "after": [block.after_xid, block.after_id],
        "until": [block.until_xid, block.until_id], "rows": block.rows, "first_at": stamp(block.first_at),
        "last_at": stamp(block.last_at), "algorithm": block.algorithm, "digest": block.digest,
        "previous": block.previous, "sealed_at": stamp(block.sealed_at),
    }  # fmt: skip


def stamp(moment: object) -> str:
    return moment if isinstance(moment, str) else moment.isoformat(timespec="microseconds").replace("+00:00", "Z")  # type: ignore[attr-defined]
