"""A CSV file: its encoding is found by reading all of it strictly; rows stream."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice, tee
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _
from msgspec.structs import replace

from nanhu.kernel.sheets.errors import EmptyFileError, WorkbookBombError
from nanhu.kernel.sheets.guard import MOST_ROWS
from nanhu.kernel.sheets.texts import detect_encoding, lines_in, read_lines
from nanhu.platforms.datahub.cleaning.text import Cell
from nanhu.platforms.datahub.reading.fixed import Fixed, fixed_columns, fixed_rows
from nanhu.platforms.datahub.reading.headers import DEEPEST_HEADER, Headings, labels_at
from nanhu.platforms.datahub.reading.rows import RawRow, Table, row_of, unique_headings
from nanhu.platforms.datahub.reading.unknown import likely_header, unknown_columns

SAMPLE: Final = 30


def read_csv(path: Path, headings: Headings) -> Table:
    encoding = detect_encoding(path, headings.spec.encodings)
    head = list(islice(read_lines(path, encoding), DEEPEST_HEADER + SAMPLE))
    if not head:
        raise EmptyFileError
    grid = grid_of(head)
    top = headings.find(grid[:DEEPEST_HEADER])
    if top is None and (fixed := fixed_columns(path, encoding, headings)) is not None:
        return read_fixed(path, encoding, headings, fixed)
    top = likely_header(grid, headings) if top is None else top
    headers = labels_at(grid, top)
    claims = headings.claims(headers)
    missing = tuple(unknown_columns(headers, claims, headings, grid[top + 1 :]))
    headers = unique_headings(headers)
    rows = rows_below(path, encoding, top, headers)
    expected = max(0, lines_in(path) - top - 1)
    return Table(
        headers, claims.columns, rows, note=encoding, expected=expected, missing=missing, contested=claims.contested
    )


def read_fixed(path: Path, encoding: str, headings: Headings, fixed: Fixed) -> Table:
    claims = headings.claims(fixed.headers)
    first = islice(fixed_rows(path, encoding, fixed), SAMPLE)
    below: list[list[Cell]] = [[row.cells.get(header) for header in fixed.headers] for row in first]
    missing = tuple(unknown_columns(fixed.headers, claims, headings, below))
    return Table(
        fixed.headers,
        claims.columns,
        fixed_rows(path, encoding, fixed),
        note=_("%s，各列以空格对齐") % encoding,
        expected=max(0, lines_in(path) - fixed.top - 1),
        missing=missing,
        contested=claims.contested,
    )


def grid_of(head: list[tuple[int, list[str]]]) -> list[list[Cell]]:
    return [list(values) for _line, values in head]


def rows_below(path: Path, encoding: str, top: int, headers: tuple[str, ...]) -> Iterator[RawRow]:
    records = chain([(0, [])], islice(read_lines(path, encoding), top + 1, None), [(0, [])])
    for count, (before, (line, values), behind) in enumerate(triples(records)):
        if count >= MOST_ROWS:
            raise WorkbookBombError(what=f"> {MOST_ROWS}")
        row = row_of(line, headers, [value or None for value in values])
        is_torn = any(are_one(len(values), len(other), len(headers)) for _line, other in (before, behind))
        yield replace(row, is_torn=True) if is_torn else row


def triples[One](given: Iterable[One]) -> Iterator[tuple[One, One, One]]:
    first, second, third = tee(given, 3)
    return zip(first, islice(second, 1, None), islice(third, 2, None), strict=False)


def are_one(cells: int, others: int, width: int) -> bool:
    """A break amid a cell makes two lines of one; the cell is in both."""
    return 0 < cells < width and 0 < others < width and cells + others == width + 1
