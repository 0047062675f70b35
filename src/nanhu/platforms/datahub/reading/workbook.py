"""An .xlsx workbook: the first sheet that has the source's header, with merged two-level headers."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook

from nanhu.platforms.datahub.cleaning.text import Cell
from nanhu.platforms.datahub.errors import BrokenWorkbookError, EmptyFileError
from nanhu.platforms.datahub.reading.guard import check_sheet, check_workbook
from nanhu.platforms.datahub.reading.headers import DEEPEST_HEADER, columns_of, find_header, labels_at, missing_headers
from nanhu.platforms.datahub.reading.rows import RawRow, Table, row_of
from nanhu.platforms.datahub.reading.shape import SheetShape
from nanhu.platforms.datahub.sources import SourceSpec

MOST_SHEETS: Final = 5
RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_workbook(path: Path, spec: SourceSpec) -> Table:
    check_workbook(path)
    members = sheet_members(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            return find_table(workbook, path, members, spec)
    except (CalamineError, ValueError, OSError, LookupError) as broken:
        raise BrokenWorkbookError from broken
    except BaseException as broken:
        if type(broken).__name__ == "PanicException":  # the reader is written in Rust
            raise BrokenWorkbookError from broken
        raise


def find_table(workbook: CalamineWorkbook, path: Path, members: Sequence[str], spec: SourceSpec) -> Table:
    tops = []
    for place, name in enumerate(workbook.sheet_names[:MOST_SHEETS]):
        shape = check_sheet(path, members[place])
        grid = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        cells: list[list[Cell]] = [[cell_of(value) for value in row] for row in grid]
        top = find_header(cells[:DEEPEST_HEADER], spec)
        if top is not None:
            headers = labels_at(cells, top)
            columns = columns_of(headers, spec)
            return Table(
                headers, columns, rows_below(cells, top, headers, shape), note=name, expected=len(cells) - top - 1
            )
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


def sheet_members(path: Path) -> list[str]:
    """The parts of the sheets in the order of the workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314  (sizes are checked, no entities in expat by default size)
            links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314  (as above)
            targets = {link.get("Id"): str(link.get("Target")) for link in links}
            sheets = [element for element in book.iter() if element.tag.endswith("}sheet")]
            names = [targets[sheet.get(RELATION)] for sheet in sheets]
            return [name.lstrip("/") if name.startswith(("/", "xl/")) else f"xl/{name}" for name in names]
    except (ET.ParseError, KeyError) as broken:
        raise BrokenWorkbookError from broken
