"""The gate in front of the list of units (机构): what it would do to the tree is measured as with people; nothing closes a unit by leaving
it out, so a list that lacks many is only told of where the last one was whole."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from nanhu.platforms.datahub.cleaning.units import UnitRow
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.models import Batch, GateLimit
from nanhu.platforms.datahub.services.gate import FEWEST, Measured, last_of
from nanhu.platforms.datahub.services.judging import Judged
from nanhu.platforms.people import api as people

MEASURES: Final = GateLimit.Measure
UNITS: Final = "units"
WHOLE: Final = 0.8
"""A list of so many of the units that stand was meant to be whole."""


def standing_units(source: str) -> dict[str, str]:
    """Units in use by the word of this source: code and name."""
    living = [one for one in people.golden_units() if one.is_active]
    return {one.code: one.name for one in living if (one.provenance.get("name") or {}).get("source") == source}


def gone_units(batch: Batch, standing: Mapping[str, str], named: Iterable[str]) -> dict[str, str]:
    """Which of them the list lacks, where the one before was whole."""
    last, codes = last_of(batch), set(named)
    was_whole = last is not None and last.counts.get("accepted", 0) >= len(standing) * WHOLE
    return {code: name for code, name in standing.items() if code not in codes} if was_whole else {}


def measured_units(
    rows: Sequence[Judged], result: people.UnitsResult, gone: int, standing: int, living: int
) -> Iterable[Measured]:
    told = [row for row in rows if row.state != "skipped"]
    fields = Counter(one.field for one in result.differences)
    known = max(result.changed + result.unchanged, 1)
    yield Measured(MEASURES.GONE.value, gone, standing, of=UNITS)
    if living >= FEWEST:
        yield Measured(MEASURES.NEW.value, result.created, max(living, len(told)), of=UNITS)
    yield Measured(MEASURES.NAME.value, fields["name"], known, of=UNITS)
    for name in ("parent_code", "kind", "short_name"):
        yield Measured(MEASURES.CHANGED.value, fields[name], known, name, of=UNITS)
    refused = sum(row.state == "rejected" for row in told)
    yield Measured(MEASURES.REFUSED.value, refused, max(len(told), 1), of=UNITS)


def refuse_circles(rows: Iterable[tuple[Judged, UnitRow]]) -> None:
    """A unit that would be above itself, by what the list says and by what stands: none of the lines that make the circle is
    taken."""
    listed = list(rows)
    standing = {one.code: one.parent_code for one in people.golden_units()}
    while circle := circle_in(standing | {unit.code: unit.parent_code for _row, unit in listed}):
        for row, unit in listed:
            if unit.code in circle:
                row.reject(Finding("parent_circle", "parent_code", {"value": " → ".join(circle)}))
        kept = [(row, unit) for row, unit in listed if unit.code not in circle]
        if len(kept) == len(listed):  # it stands already
            return
        listed = kept


def circle_in(parents: Mapping[str, str]) -> list[str]:
    """The first circle, by code; empty where each way up ends."""
    ends: set[str] = set()
    for code in sorted(parents):
        way: list[str] = []
        above = code
        while above and above in parents and above not in ends:
            if above in way:
                return way[way.index(above) :]
            way.append(above)
            above = parents[above]
        ends |= set(way)
    return []
