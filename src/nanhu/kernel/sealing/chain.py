"""Closing finished rows into blocks.

No writer waits for this. A row carries the number of its transaction (xid); everything below the oldest transaction still
under way (the snapshot's xmin) is finished for good, so a block up to there can never gain a row. A late commit holds back
the seal, not the other way round. Numbers of another cluster (era: a restored dump) are finished by nature.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.database.values import one_row, one_value
from nanhu.kernel.sealing.lines import Digest, Line, Place, plain, stamp

GENESIS: Final = "0" * 64
START: Final = Place(0, 0)
LAST_ID: Final = 2**63 - 1
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


class RowsDigest(Protocol):
    def add(self, line: Line) -> None: ...

    def hex(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One sequence of sealed blocks. `lines` gives those of an era after one place up to another, in their order."""

    blocks: Any
    """The model: number, era, after_xid … seal, sealed_at, witness."""
    lines: Callable[[int, Place, Place], Iterator[Line]]
    eras: Callable[[], list[int]]
    waiting: Callable[[int, Place], tuple[int, Any]]
    """How many rows of an era stand behind a place, and the oldest moment of them."""
    digest: Callable[[str], RowsDigest]
    lock: int
    block_rows: int


def seal(chain: Chain, *, block_rows: int) -> int:
    """Close what is finished into blocks; how many. One sealer at a time, a second one leaves at once."""
    with transaction.atomic():
        if not one_value("SELECT pg_try_advisory_xact_lock(%s)", [chain.lock]):
            return 0
        return sum(seal_era(chain, era, horizon, block_rows) for era, horizon in eras_and_horizons(chain))


def eras_and_horizons(chain: Chain) -> list[tuple[int, int]]:
    """Each era with the first transaction that may still be under way; the present cluster's comes last."""
    present, xmin = one_row(HORIZON)
    return [(era, 2**62) for era in chain.eras() if era != present] + [(present, xmin)]


def last_block(chain: Chain, era: int) -> Any:
    return chain.blocks.objects.filter(era=era).order_by("-until_xid", "-until_id").first()


def end_of(block: Any) -> Place:
    return Place(block.until_xid, block.until_id) if block is not None else START


def seal_era(chain: Chain, era: int, horizon: int, block_rows: int) -> int:
    """The last block reaches up to the horizon itself: what is put below it later belongs to no block and is found."""
    after = end_of(last_block(chain, era))
    end, made = Place(horizon - 1, LAST_ID), 0
    for lines, is_last in in_runs(chain.lines(era, after, end), block_rows):
        until = end if is_last else lines[-1].place
        close_block(chain, era=era, after=after, until=until, lines=lines)
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


def close_block(chain: Chain, *, era: int, after: Place, until: Place, lines: list[Line]) -> Any:
    former = chain.blocks.objects.order_by("-number").first()
    digest = chain.digest(algorithm := chosen_algorithm())
    for line in lines:
        digest.add(line)
    block = chain.blocks(
        number=former.number + 1 if former else 1,
        era=era,
        after_xid=after.xid,
        after_id=after.id,
        until_xid=until.xid,
        until_id=until.id,
        rows=len(lines),
        first_at=min(line.at for line in lines),
        last_at=max(line.at for line in lines),
        algorithm=algorithm,
        digest=digest.hex(),
        previous=former.seal if former else GENESIS,
        sealed_at=now(),
    )
    block.seal = seal_of(block)
    block.witness = block.seal
    block.save(force_insert=True)
    return block


def chosen_algorithm() -> str:
    return "sm3" if configuration().crypto == "chinese" else "sha256"


def seal_of(block: Any) -> str:
    digest = Digest(block.algorithm)
    digest.add(plain(facts_of(block)))
    return digest.hex()


def facts_of(block: Any) -> dict[str, object]:
    """What the seal covers, in the order in which it is written; the offline verifier does the same."""
    return {
        "number": block.number,
        "era": block.era,
        "after": [block.after_xid, block.after_id],
        "until": [block.until_xid, block.until_id],
        "rows": block.rows,
        "first_at": stamp(block.first_at),
        "last_at": stamp(block.last_at),
        "algorithm": block.algorithm,
        "digest": block.digest,
        "previous": block.previous,
        "sealed_at": stamp(block.sealed_at),
    }
