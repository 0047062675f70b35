"""Where a row of a large table is from: what each snapshot that is kept said of its key, and in which line of which file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nanhu.kernel.crypto import blind_index
from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.snapshots.taking import CHANGES, PURPOSE, snapshots
from nanhu.platforms.datahub.warehouse import plan
from nanhu.platforms.datahub.warehouse.declared import Declared
from nanhu.platforms.datahub.warehouse.engines import traced


@dataclass(frozen=True, slots=True)
class Said:
    """`row`: None where the snapshot has none of this key."""

    batch: Batch
    row: Mapping[str, str] | None

    @property
    def line(self) -> str:
        return (self.row or {}).get(plan.LINE, "")


def said_of(large: Declared, key: Sequence[str]) -> list[Said]:
    """`key`: as a file writes it. The newest first: where it was another, and the first and the last that are kept."""
    kept = snapshots(large)
    given = {one.heading: "" for one in large.table.fields.values()}
    given |= {large.table.fields[name].heading: cell for name, cell in zip(large.table.keys, key, strict=True)}
    folders = [[str(large.folder / f"{one.counts['stamp']}{end}") for end in ("", CHANGES)] for one in kept]
    told = traced(
        {"given": given, "snapshots": folders, "cleaned": plan.cleaned(large, blind_index(large.key, purpose=PURPOSE))}
    )
    return [Said(kept[place], row) for place, row in reversed(told)]


def origins(said: Sequence[Said], names: Sequence[str]) -> Iterator[tuple[str, Said]]:
    """Of each field of the newest row the oldest snapshot since which it says the same without a break. One that was taken before the field
    was declared has none."""
    for name in names:
        found = said[0]
        for one in said[1:]:
            if one.row is None or found.row is None or one.row.get(name) != found.row.get(name):
                break
            found = one
        yield name, found
