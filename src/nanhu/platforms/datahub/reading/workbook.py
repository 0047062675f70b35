"""An .xlsx workbook: every visible sheet that has the source's header, with merged two-level headers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from nanhu.kernel.sheets.errors import EmptyFileError
from nanhu.kernel.sheets.workbooks import Grid, grids_of
from nanhu.platforms.datahub.cleaning.text import Cell
from nanhu.platforms.datahub.errors import MissingHeadersError
from nanhu.platforms.datahub.reading.headers import DEEPEST_HEADER, columns_of, find_header, labels_at, missing_headers
from nanhu.platforms.datahub.reading.rows import RawRow, Table, row_of, unique_headings
from nanhu.platforms.datahub.sources import SourceSpec


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its header; `columns`: our field → its own heading."""

    grid: Grid
    cells: list[list[Cell]]
    top: int
    headers: tuple[str, ...]
    columns: dict[str, str]

    @property
    def height(self) -> int:
        return len(self.cells) - self.top - 1


def read_workbook(path: Path, spec: SourceSpec) -> Table:
    """All sheets are taken, each named; one that is hidden only where no other is there."""
    found, unread, tops = sort_out(path, spec)
    taken = [sheet for sheet in found if not sheet.grid.is_hidden] or found
    if not taken:
        if not tops:
            raise EmptyFileError
        widest = max(tops, key=lambda labels: sum(map(bool, labels)))
        columns_of(widest, spec)  # says what is wrong with the nearest to a header
        raise missing_headers(widest, [column.headers[0] for column in spec.required()], spec)
    columns: dict[str, str] = {}
    for sheet in taken:
        columns = sheet.columns | columns
    rows = (row for sheet in taken for row in rows_below(sheet, columns, is_named=len(taken) > 1))
    headers = tuple(dict.fromkeys(header for sheet in taken for header in sheet.headers))
    hidden = [sheet.grid.name for sheet in found if sheet not in taken]
    note = note_of(taken, hidden, unread)
    return Table(headers, columns, rows, note=note, expected=sum(sheet.height for sheet in taken))


def sort_out(path: Path, spec: SourceSpec) -> tuple[list[Sheet], list[str], list[tuple[str, ...]]]:
    """Sheets that can be read, names of those that cannot, and the lines of those that come nearest to a header."""
    found: list[Sheet] = []
    unread: list[str] = []
    tops: list[tuple[str, ...]] = []
    for grid in grids_of(path):
        cells: list[list[Cell]] = [[cell_of(value) for value in row] for row in grid.cells]
        top = find_header(cells[:DEEPEST_HEADER], spec)
        headers = labels_at(cells, top) if top is not None else ()
        try:
            columns = columns_of(headers, spec) if top is not None else None
        except MissingHeadersError:
            columns = None
        if top is not None and columns is not None:
            found.append(Sheet(grid, cells, top, unique_headings(headers), columns))
        elif any(cell is not None for row in cells for cell in row):
            unread.append(grid.name)
            tops += [headers] if headers else [labels_at(cells, row) for row in range(min(3, len(cells)))]
    return found, unread, tops


def note_of(taken: Sequence[Sheet], hidden: Sequence[str], unread: Sequence[str]) -> str:
    if len(taken) == 1 and not hidden and not unread:
        return taken[0].grid.name
    parts = ["、".join(_("%(name)s（%(rows)d 行）") % {"name": one.grid.name, "rows": one.height} for one in taken)]
    if hidden:
        parts.append(_("隐藏的工作表没有读：%s") % "、".join(hidden))
    if unread:
        parts.append(_("没有表头的工作表没有读：%s") % "、".join(unread))
    return "；".join(parts)


def rows_below(sheet: Sheet, columns: Mapping[str, str], *, is_named: bool) -> Iterator[RawRow]:
    """Where another sheet calls a field otherwise, its cells stand under the heading of the first."""
    own = {heading: columns[name] for name, heading in sheet.columns.items()}
    headers = [own.get(header, header) for header in sheet.headers]
    marked: dict[int, list[str]] = {}
    for row, column in sheet.grid.shape.formulas:
        if column <= len(headers):
            marked.setdefault(row, []).append(headers[column - 1])
    name = sheet.grid.name if is_named else ""
    for line, values in enumerate(islice(sheet.cells, sheet.top + 1, None), start=sheet.top + 2):
        yield row_of(line, headers, values, tuple(marked.get(line, ())), name)


def cell_of(value: Any) -> Cell:
    """Numbers stay numbers (they may have lost zeros or digits), dates become ISO text."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return value if isinstance(value, int | float) else str(value)
