"""Rows as they come out of a file, whatever its format."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from nanhu.platforms.datahub.cleaning.text import Cell


class RawRow(msgspec.Struct, frozen=True, gc=False):
    """`line` is the line a clerk sees; `cells` are by header; `extra` are cells beyond the header. `is_torn`: with the line before or
    behind it, it has just the cells of one."""

    line: int
    cells: dict[str, Cell]
    extra: tuple[Cell, ...] = ()
    formulas: tuple[str, ...] = ()
    sheet: str = ""
    is_torn: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows stream; `columns` maps our fields to the headers found; `expected` rows are to come, about. `missing`: required
    columns that nobody has found yet: a steward says which they are; `contested`: fields that several headers claim."""

    headers: tuple[str, ...]
    columns: dict[str, str]
    rows: Iterator[RawRow]
    note: str = ""
    expected: int = 0
    missing: tuple[str, ...] = ()
    contested: Mapping[str, Sequence[str]] = field(default_factory=dict)


def unique_headings(headers: Sequence[str]) -> tuple[str, ...]:
    """Of equal headings each keeps its cells: the second is called "备注·2"."""
    seen: Counter[str] = Counter()
    found = []
    for header in headers:
        seen[header] += bool(header)
        found.append(header if seen[header] < 2 else f"{header}·{seen[header]}")  # noqa: PLR2004  (the second of a name)
    return tuple(found)


def row_of(
    line: int, headers: Sequence[str], values: Sequence[Cell], formulas: tuple[str, ...] = (), sheet: str = ""
) -> RawRow:
    cells = {header: value for header, value in zip(headers, values, strict=False) if header}
    extra = tuple(value for value in values[len(headers) :] if value not in (None, ""))
    return RawRow(line, cells, extra, formulas, sheet)
