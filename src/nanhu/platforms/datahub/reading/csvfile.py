"""A CSV file: its encoding is found by reading all of it strictly; rows stream."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from nanhu.kernel.sheets.errors import EmptyFileError, WorkbookBombError
from nanhu.kernel.sheets.guard import MOST_ROWS
from nanhu.kernel.sheets.texts import detect_encoding, lines_in, read_lines
from nanhu.platforms.datahub.cleaning.text import Cell
from nanhu.platforms.datahub.reading.headers import DEEPEST_HEADER, columns_of, find_header, labels_at, missing_headers
from nanhu.platforms.datahub.reading.rows import RawRow, Table, row_of, unique_headings
from nanhu.platforms.datahub.sources import SourceSpec


def read_csv(path: Path, spec: SourceSpec) -> Table:
    encoding = detect_encoding(path, spec.encodings)
    head = list(islice(read_lines(path, encoding), DEEPEST_HEADER))
    if not head:
        raise EmptyFileError
    grid = grid_of(head)
    top = find_header(grid, spec)
    if top is None:
        widest = max((labels_at(grid, row) for row in range(min(3, len(grid)))), key=len)
        raise missing_headers(widest, [column.headers[0] for column in spec.required()], spec)
    headers = labels_at(grid, top)
    columns = columns_of(headers, spec)
    headers = unique_headings(headers)
    rows = rows_below(path, encoding, top, headers)
    return Table(headers, columns, rows, note=encoding, expected=max(0, lines_in(path) - top - 1))


def grid_of(head: list[tuple[int, list[str]]]) -> list[list[Cell]]:
    return [list(values) for _line, values in head]


def rows_below(path: Path, encoding: str, top: int, headers: tuple[str, ...]) -> Iterator[RawRow]:
    for count, (line, values) in enumerate(islice(read_lines(path, encoding), top + 1, None)):
        if count >= MOST_ROWS:
            raise WorkbookBombError(what=f"> {MOST_ROWS}")
        yield row_of(line, headers, [value or None for value in values])
