"""Workbooks (.xlsx, .xls, and marked text by their name): every visible sheet that has the source's header, with merged
two-level headers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from nanhu.kernel.sheets.errors import BrokenWorkbookError, EmptyFileError
from nanhu.kernel.sheets.shape import SheetShape
from nanhu.kernel.sheets.workbooks import Grid, broken_is_refused, grids_of
from nanhu.platforms.datahub.cleaning.text import Cell
from nanhu.platforms.datahub.reading.headers import CONSTANT, DEEPEST_HEADER, Claims, Headings, labels_at, parts_of
from nanhu.platforms.datahub.reading.marked import tables_in
from nanhu.platforms.datahub.reading.oldbook import cell_of, sheets_in
from nanhu.platforms.datahub.reading.rows import RawRow, Table, row_of, unique_headings
from nanhu.platforms.datahub.reading.unknown import likely_header, unknown_columns


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its header, and which of our fields its own headings are."""

    grid: Grid
    cells: list[list[Cell]]
    top: int
    headers: tuple[str, ...]
    claims: Claims

    @property
    def height(self) -> int:
        return len(self.cells) - self.top - 1


def read_workbook(path: Path, headings: Headings) -> Table:
    return read_sheets(grids_of(path), headings)


def read_old_workbook(path: Path, headings: Headings) -> Table:
    with broken_is_refused():
        sheets = list(sheets_in(path))
    return read_sheets(
        (grid_of(said["sheet"], cells, is_hidden=said["is_hidden"], merged=said["merged"]) for said, cells in sheets),
        headings,
    )


def read_marked(path: Path, headings: Headings) -> Table:
    """Tables of a page; those for the layout have no header."""
    tables = tables_in(path, headings.spec.encodings)
    return read_sheets((grid_of(_("表 %d") % n, cells) for n, cells in enumerate(tables, start=1)), headings)


def grid_of(
    name: str, cells: list[list[Any]], *, is_hidden: bool = False, merged: Sequence[tuple[Any, Any]] = ()
) -> Grid:
    width = max(map(len, cells), default=0)
    return Grid(name, cells, SheetShape(len(cells), width, frozenset()), is_hidden=is_hidden, merged=merged)


def read_sheets(grids: Iterable[Grid], headings: Headings) -> Table:
    """All sheets are taken, each named; one that is hidden only where no other is there."""
    found, unread, grid = sort_out(grids, headings)
    taken = [sheet for sheet in found if not sheet.grid.is_hidden] or found
    missing: list[str] = []
    if not taken:
        sheet = unseen(grid, headings)
        missing = unknown_columns(sheet.headers, sheet.claims, headings, sheet.cells[sheet.top + 1 : sheet.top + 31])
        taken, unread = [sheet], [name for name in unread if name != sheet.grid.name]
    columns: dict[str, str] = {}
    contested: dict[str, list[str]] = {}
    for sheet in taken:
        columns |= {
            name: free(heading, columns) for name, heading in sheet.claims.columns.items() if name not in columns
        }
        contested |= sheet.claims.contested
    rows = (row for sheet in taken for row in rows_below(sheet, columns, is_named=len(taken) > 1))
    named = [header for sheet in taken for header in sheet.headers] + read_headings(columns)
    headers = tuple(dict.fromkeys(named))
    hidden = [sheet.grid.name for sheet in found if sheet not in taken]
    note = note_of(taken, hidden, unread)
    expected = sum(sheet.height for sheet in taken)
    return Table(headers, columns, rows, note=note, expected=expected, missing=tuple(missing), contested=contested)


def free(heading: str, columns: Mapping[str, str]) -> str:
    """What another sheet calls so is another field's: then this one's cells stand beside it. Two fields never read one column."""
    taken = {*read_headings(columns)}
    return next(name for n in count(1) if (name := heading if n == 1 else f"{heading}·{n}") not in taken)


def read_headings(columns: Mapping[str, str]) -> list[str]:
    return [part for heading in columns.values() if not heading.startswith(CONSTANT) for part in parts_of(heading)]


def sort_out(grids: Iterable[Grid], headings: Headings) -> tuple[list[Sheet], list[str], Grid | None]:
    """Sheets that can be read, names of those that cannot, and of these the first that is visible and has most lines."""
    found: list[Sheet] = []
    unread: list[str] = []
    nearest: Grid | None = None
    for grid in grids:
        cells: list[list[Cell]] = [[cell_of(value) for value in row] for row in grid.cells]
        fill_down(cells, grid.merged)
        top = headings.find(cells[:DEEPEST_HEADER])
        headers = labels_at(cells, top) if top is not None else ()
        claims = headings.claims(headers) if top is not None else Claims()
        if top is not None and not headings.missing(claims.fields):
            found.append(Sheet(grid, cells, top, unique_headings(headers), claims))
        elif any(cell is not None for row in cells for cell in row):
            unread.append(grid.name)
            is_nearer = nearest is None or (nearest.is_hidden, -len(nearest.cells)) > (grid.is_hidden, -len(cells))
            nearest = Grid(grid.name, cells, grid.shape, is_hidden=grid.is_hidden) if is_nearer else nearest
    return found, unread, nearest


def unseen(grid: Grid | None, headings: Headings) -> Sheet:
    """A sheet whose header lacks required columns, or is none that we know."""
    if grid is None:
        raise EmptyFileError
    top = headings.find(grid.cells[:DEEPEST_HEADER])
    top = likely_header(grid.cells, headings) if top is None else top
    headers = labels_at(grid.cells, top)
    return Sheet(grid, grid.cells, top, unique_headings(headers), headings.claims(headers))


def note_of(taken: Sequence[Sheet], hidden: Sequence[str], unread: Sequence[str]) -> str:
    veiled = sum(row > one.top + 1 for one in taken for row in one.grid.shape.hidden)
    if len(taken) == 1 and not hidden and not unread and not veiled:
        return taken[0].grid.name
    parts = ["、".join(_("%(name)s（%(rows)d 行）") % {"name": one.grid.name, "rows": one.height} for one in taken)]
    if veiled:
        parts.append(_("含隐藏或被筛选掉的 %d 行，也读了") % veiled)
    if hidden:
        parts.append(_("隐藏的工作表没有读：%s") % "、".join(hidden))
    if unread:
        parts.append(_("没有表头的工作表没有读：%s") % "、".join(unread))
    return "；".join(parts)


def fill_down(cells: list[list[Cell]], merged: Iterable[tuple[Any, Any]]) -> None:
    """A cell that is merged over several lines says the same of each of them, also of those of a header."""
    room = sum(map(len, cells))
    for (first, column), (last, right) in merged:
        for row in range(first + 1, min(last + 1, len(cells))) if column == right else ():
            room -= 1
            if room < 0:  # areas that lie upon each other, as no spreadsheet makes them
                raise BrokenWorkbookError
            if column < len(cells[row]) and cells[row][column] is None:
                cells[row][column] = cells[first][column]


def rows_below(sheet: Sheet, columns: Mapping[str, str], *, is_named: bool) -> Iterator[RawRow]:
    """Where another sheet calls a field otherwise, its cells stand under the heading of the first; what this sheet means by that
    heading does not."""
    own = {heading: columns[name] for name, heading in sheet.claims.columns.items()}
    taken = {heading: free(heading, columns) for heading in read_headings(columns)} | own
    headers = [taken.get(header, header) for header in sheet.headers]
    marked: dict[int, list[str]] = {}
    for row, column in sheet.grid.shape.formulas:
        if column <= len(headers):
            marked.setdefault(row, []).append(headers[column - 1])
    name = sheet.grid.name if is_named else ""
    for line, values in enumerate(islice(sheet.cells, sheet.top + 1, None), start=sheet.top + 2):
        yield row_of(line, headers, values, tuple(marked.get(line, ())), name)
