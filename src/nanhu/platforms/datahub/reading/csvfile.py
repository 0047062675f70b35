"""A CSV file: its encoding is found by reading all of it strictly; rows stream."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from nanhu.kernel.sheets.errors import EmptyFileError, WorkbookBombError
from nanhu.kernel.sheets.guard import MOST_ROWS
from nanhu.kernel.sheets.texts import detect_encoding, lines_in, read_lines
from nanhu.platforms.datahub.cleaning.text import Cell
from nanhu.platforms.datahub.reading.headers import DEEPEST_HEADER, Headings, labels_at
from nanhu.platforms.datahub.reading.rows import RawRow, Table, row_of, unique_headings
from nanhu.platforms.datahub.reading.unknown import likely_header, unknown_columns


def read_csv(path: Path, headings: Headings) -> Table:
    encoding = detect_encoding(path, headings.spec.encodings)
    head = list(islice(read_lines(path, encoding), DEEPEST_HEADER + 30))
    if not head:
        raise EmptyFileError
    grid = grid_of(head)
    top = headings.find(grid[:DEEPEST_HEADER])
    top = likely_header(grid, headings) if top is None else top
    headers = labels_at(grid, top)
    columns = headings.columns(headers)
    missing = unknown_columns(headers, columns, headings, grid[top + 1 :])
    contested = headings.contested(headers)
    headers = unique_headings(headers)
    rows = rows_below(path, encoding, top, headers)
    expected = max(0, lines_in(path) - top - 1)
    return Table(headers, columns, rows, note=encoding, expected=expected, missing=tuple(missing), contested=contested)


def grid_of(head: list[tuple[int, list[str]]]) -> list[list[Cell]]:
    return [list(values) for _line, values in head]


def rows_below(path: Path, encoding: str, top: int, headers: tuple[str, ...]) -> Iterator[RawRow]:
    for count, (line, values) in enumerate(islice(read_lines(path, encoding), top + 1, None)):
        if count >= MOST_ROWS:
            raise WorkbookBombError(what=f"> {MOST_ROWS}")
        yield row_of(line, headers, [value or None for value in values])
