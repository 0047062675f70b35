"""Net value by building on the maps of the campuses (`registry.site_maps`): the darker, the more stands there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nanhu.kernel.registry import MapSheet, Outline, site_maps
from nanhu.systems.assets.queries.books import sums_by

SHADES = 4


@dataclass(frozen=True, slots=True)
class Built:
    """A building with what stands in it; `number`: its place among all, the most valuable first; `shade` 1 to 4, 0 of nothing."""

    number: int
    key: str
    name: str
    count: int
    net: int
    shade: int


type Map = tuple[MapSheet, Sequence[tuple[Outline, Built | None]]]


def built_in(rows: Any) -> list[Built]:
    """Of these cards; what stands nowhere, or on a campus without a building, is in none."""
    sums = [row for row in sums_by("house", "building", rows=rows) if row["house"]]
    most = max((row["net"] for row in sums), default=0)
    ordered = sorted(sums, key=lambda row: (-row["net"], row["house"]))
    return [
        Built(number, row["house"], row["building"], row["count"], row["net"], shade_of(row["net"], most))
        for number, row in enumerate(ordered, start=1)
    ]


def shade_of(net: int, most: int) -> int:
    return min(SHADES, 1 + SHADES * net // most) if net > 0 else 0


def maps_of(built: Sequence[Built]) -> list[Map]:
    """Each campus of which outlines are known, with all its buildings."""
    known = {one.key: one for one in built}
    sheets = [sheet for site_map in site_maps for sheet in site_map.load()] if built else []
    return [(sheet, [(one, known.get(one.place)) for one in sheet.outlines]) for sheet in sheets]
