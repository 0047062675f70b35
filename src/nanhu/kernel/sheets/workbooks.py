"""The grids of an .xlsx workbook, opened after the guard has looked at it."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from nanhu.kernel.sheets.errors import BrokenWorkbookError, WorkbookBombError
from nanhu.kernel.sheets.guard import check_sheet, check_workbook
from nanhu.kernel.sheets.shape import SheetShape

type Cell = tuple[int, int]
MOST_SHEETS: Final = 60
RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet; cell (0, 0) is A1. `merged`: first and last cell of each area."""

    name: str
    cells: list[list[Any]]
    shape: SheetShape
    is_hidden: bool = False
    merged: Sequence[tuple[Cell, Cell]] = ()


def grids_of(path: Path) -> Iterator[Grid]:
    check_workbook(path)
    members = sheet_members(path)
    with broken_is_refused():
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        names = workbook.sheet_names
        shown = {one.name for one in workbook.sheets_metadata if one.visible == SheetVisibleEnum.Visible}
    if len(names) > MOST_SHEETS:
        raise WorkbookBombError(what=_("%d 张表") % len(names))
    for place, name in enumerate(names):
        with broken_is_refused():
            shape = check_sheet(path, members[place])
            sheet = workbook.get_sheet_by_name(name)
            cells, merged = sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or ()
        yield Grid(name, cells, shape, is_hidden=name not in shown, merged=merged)


@contextmanager
def broken_is_refused() -> Iterator[None]:
    try:
        yield
    except (CalamineError, ValueError, OSError, LookupError) as broken:
        raise BrokenWorkbookError from broken
    except BaseException as broken:
        if type(broken).__name__ == "PanicException":  # the reader is written in Rust
            raise BrokenWorkbookError from broken
        raise


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
