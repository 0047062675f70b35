"""The hash chain of the ledger: blocks of finished transfers, and a root for each campus day."""

from datetime import date, timedelta
from typing import Final

from django.db import transaction

from nanhu.kernel.clock import campus_time, campus_today, now, start_of
from nanhu.kernel.database.values import one_row, one_value, run
from nanhu.kernel.sealing import chain as sealing
from nanhu.kernel.sealing import merkle
from nanhu.kernel.sealing.carrying import CHAINS
from nanhu.platforms.ledger.lines import lines_between, waiting
from nanhu.platforms.ledger.models import Block, DayRoot

BLOCK_ROWS: Final = 1000
"""Small, so that a proof reads little."""
LOCK: Final = 7_201_904
SOME_TIME: Final = timedelta(minutes=5)
STRANGE_ERA: Final = "SELECT era FROM ledger_transfer WHERE era > %s AND era < %s LIMIT 1"
LARGEST_ERA: Final = 2**63 - 1


def eras() -> list[int]:
    """Those of the blocks, and any other that rows name: looked for between the known ones, where the index is empty."""
    known = set(Block.objects.order_by().values_list("era", flat=True).distinct())
    known.add(present_era())
    while (strange := strange_era(sorted(known))) is not None:
        known.add(strange)
    return sorted(known)


def present_era() -> int:
    return int(one_value("SELECT system_identifier FROM pg_control_system()"))


def strange_era(known: list[int]) -> int | None:
    for low, high in zip([-LARGEST_ERA, *known], [*known, LARGEST_ERA], strict=True):
        if found := one_row(STRANGE_ERA, [low, high]):
            return int(found[0])
    return None


CHAIN: Final = sealing.Chain(
    blocks=Block, lines=lines_between, eras=eras, waiting=waiting, digest=merkle.Tree, lock=LOCK, block_rows=BLOCK_ROWS
)

CHAINS["ledger"] = CHAIN


def seal(*, block_rows: int = BLOCK_ROWS) -> int:
    """Close what is finished into blocks, and the days that are over under their roots; how many blocks."""
    made = sealing.seal(CHAIN, block_rows=block_rows)
    root_days(until=campus_time(now() - SOME_TIME).date())
    return made


def root_days(*, until: date | None = None) -> list[DayRoot]:
    """Make the roots of the days before `until` that have blocks and no root yet. A day without blocks has none."""
    until = until or campus_today()
    with transaction.atomic():
        run("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = DayRoot.objects.order_by("-last_number").first()
        open_blocks = Block.objects.filter(
            number__gt=last.last_number if last else 0, sealed_at__lt=start_of(until)
        ).order_by("number")
        days: dict[date, list[Block]] = {}
        for block in open_blocks.iterator(chunk_size=1000):
            days.setdefault(campus_time(block.sealed_at).date(), []).append(block)
        return [root_day(day, blocks) for day, blocks in days.items()]


def root_day(day: date, blocks: list[Block]) -> DayRoot:
    algorithm = sealing.chosen_algorithm()
    root = root_of_blocks(algorithm, blocks)
    return DayRoot.objects.create(
        day=day,
        first_number=blocks[0].number,
        last_number=blocks[-1].number,
        algorithm=algorithm,
        root=root,
        made_at=now(),
        witness=root,
    )


def root_of_blocks(algorithm: str, blocks: list[Block]) -> str:
    return merkle.root_of(algorithm, [merkle.leaf(algorithm, block.seal) for block in blocks])
