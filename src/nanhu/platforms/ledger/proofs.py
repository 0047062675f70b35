"""Proofs that rows stand in the ledger: each row's path to its block, each block's path to the root of its day."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from nanhu.kernel.database.values import all_rows
from nanhu.kernel.sealing import merkle
from nanhu.kernel.sealing.chain import end_of, facts_of
from nanhu.kernel.sealing.lines import Line, Place
from nanhu.platforms.ledger.lines import COLUMNS, line_of, lines_between
from nanhu.platforms.ledger.models import Block, DayRoot

TOUCHING = f"""
    SELECT {COLUMNS} FROM ledger_transfer
     WHERE (debit_account_id = %(account)s OR credit_account_id = %(account)s) AND posted_at >= %(since)s AND posted_at < %(until)s
     ORDER BY posted_at, id"""  # noqa: S608  the columns of lines.py
BLOCK_OF = """
    SELECT DISTINCT ON (wanted.xid, wanted.id) wanted.xid, wanted.id, b.number
      FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS wanted (era, xid, id)
      JOIN LATERAL (SELECT number, after_xid, after_id FROM ledger_block
                     WHERE era = wanted.era AND (until_xid, until_id) >= (wanted.xid, wanted.id)
                     ORDER BY until_xid, until_id LIMIT 1) AS b ON (wanted.xid, wanted.id) > (b.after_xid, b.after_id)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRow:
    """A row as the chain knows it. Without `block` it waits for its seal."""

    facts: dict[str, Any]
    line: str
    block: int | None = None
    path: merkle.Path = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    rows: list[SealedRow]
    blocks: dict[int, dict[str, Any]]
    days: dict[str, dict[str, Any]]


def sealed_rows_of(account_id: int, *, since: Any, until: Any) -> list[SealedRow]:
    """The rows that touch an account in a range of `posted_at`, oldest first, each with the number of its block: two queries."""
    rows = rows_touching(account_id, since=since, until=until)
    found = blocks_of(rows)
    return [sealed_row(row, found, {}) for row in rows]


def rows_touching(account_id: int, *, since: Any, until: Any) -> list[tuple[Any, ...]]:
    return all_rows(TOUCHING, {"account": account_id, "since": since, "until": until})


def proofs_of_account(account_id: int, *, since: Any, until: Any) -> Proofs:
    """The same rows, each with its proof. Reads every block they lie in."""
    rows = rows_touching(account_id, since=since, until=until)
    found = blocks_of(rows)
    blocks = {block.number: block for block in Block.objects.filter(number__in=set(found.values()))}
    paths = paths_in(blocks.values(), found)
    return Proofs(
        rows=[sealed_row(row, found, paths) for row in rows],
        **proofs_of_blocks(blocks.values()),
    )


def blocks_of(rows: list[tuple[Any, ...]]) -> dict[Place, int]:
    wanted = [[row[2] for row in rows], [row[1] for row in rows], [row[0] for row in rows]]
    return {Place(xid, row_id): number for xid, row_id, number in all_rows(BLOCK_OF, wanted)}


def paths_in(blocks: Iterable[Block], found: dict[Place, int]) -> dict[Place, merkle.Path]:
    """Each block is read once, however many of its rows are asked for."""
    paths: dict[Place, merkle.Path] = {}
    for block in blocks:
        lines = list(lines_between(block.era, Place(block.after_xid, block.after_id), end_of(block)))
        levels = merkle.levels_of(block.algorithm, [merkle.leaf(block.algorithm, line.text) for line in lines])
        for place, line in enumerate(lines):
            if found.get(line.place) == block.number:
                paths[line.place] = merkle.path_to(levels, place)
    return paths


def sealed_row(row: tuple[Any, ...], found: dict[Place, int], paths: dict[Place, merkle.Path]) -> SealedRow:
    line: Line = line_of(row)
    facts = {
        "id": row[0],
        "entry": row[3],
        "posted_at": row[4],
        "occurred_at": row[5],
        "kind": row[6],
        "debit": row[7],
        "credit": row[8],
        "fen": row[9],
    }
    return SealedRow(facts=facts, line=line.text, block=found.get(line.place), path=paths.get(line.place, []))


def proofs_of_blocks(blocks: Iterable[Block]) -> dict[str, Any]:
    wanted = sorted(blocks, key=lambda block: block.number)
    roots = roots_over([block.number for block in wanted])
    trees = {root.day: tree_of(root) for root in roots.values() if root is not None}
    proofs = {}
    for block in wanted:
        proofs[block.number] = facts_of(block) | {"seal": block.seal}
        root = roots[block.number]
        if root is not None:
            path = merkle.path_to(trees[root.day], block.number - root.first_number)
            proofs[block.number] |= {"day": root.day.isoformat(), "path": path}
    days = {
        root.day.isoformat(): {"algorithm": root.algorithm, "root": root.root}
        for root in roots.values()
        if root is not None
    }
    return {"blocks": proofs, "days": dict(sorted(days.items()))}


def roots_over(numbers: list[int]) -> dict[int, DayRoot | None]:
    days = list(DayRoot.objects.filter(last_number__gte=min(numbers, default=0)).order_by("first_number"))
    starts = [day.first_number for day in days]
    found: dict[int, DayRoot | None] = {}
    for number in numbers:
        place = bisect_right(starts, number) - 1
        found[number] = days[place] if place >= 0 and number <= days[place].last_number else None
    return found


def tree_of(root: DayRoot) -> list[list[bytes]]:
    seals = (
        Block.objects.filter(number__range=(root.first_number, root.last_number))
        .order_by("number")
        .values_list("seal", flat=True)
    )
    return merkle.levels_of(root.algorithm, [merkle.leaf(root.algorithm, seal) for seal in seals])
