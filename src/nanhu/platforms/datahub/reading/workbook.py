"""An .xlsx workbook: the first sheet that has the source's header, with merged two-level headers."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from nanhu.kernel.sheets.errors import EmptyFileError
from nanhu.kernel.sheets.shape import SheetShape
from nanhu.kernel.sheets.workbooks import grids_of
from nanhu.platforms.datahub.cleaning.text import Cell
from nanhu.platforms.datahub.reading.headers import DEEPEST_HEADER, columns_of, find_header, labels_at, missing_headers
from nanhu.platforms.datahub.reading.rows import RawRow, Table, row_of
from nanhu.platforms.datahub.sources import SourceSpec


def read_workbook(path: Path, spec: SourceSpec) -> Table:
    tops = []
    for grid in grids_of(path):
        cells: list[list[Cell]] = [[cell_of(value) for value in row] for row in grid.cells]
        top = find_header(cells[:DEEPEST_HEADER], spec)
        if top is not None:
            headers = labels_at(cells, top)
            rows = rows_below(cells, top, headers, grid.shape)
            return Table(headers, columns_of(headers, spec), rows, note=grid.name, expected=len(cells) - top - 1)
        tops += [labels_at(cells, row) for row in range(min(3, len(cells)))]
    if not tops:
        raise EmptyFileError
    widest = max(tops, key=lambda labels: sum(map(bool, labels)))
    raise missing_headers(widest, [column.headers[0] for column in spec.required()], spec)


def rows_below(
    cells: Sequence[Sequence[Cell]], top: int, headers: tuple[str, ...], shape: SheetShape
) -> Iterator[RawRow]:
    marked: dict[int, list[str]] = {}
    for row, column in shape.formulas:
        if column <= len(headers):
            marked.setdefault(row, []).append(headers[column - 1])
    for line, values in enumerate(islice(cells, top + 1, None), start=top + 2):
        yield row_of(line, headers, values, tuple(marked.get(line, ())))


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
