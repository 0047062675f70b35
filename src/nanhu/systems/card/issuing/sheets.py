"""批量办理汇总表 as .xlsx: an empty form to fill in, a filled one to read, and the same layout out again."""

import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from nanhu.kernel.errors import CampusError
from nanhu.kernel.school import school
from nanhu.kernel.spreadsheets import safe_cell
from nanhu.platforms.datahub import api as datahub
from nanhu.systems.card.issuing.errors import SheetRefusedError
from nanhu.systems.card.issuing.layout import (
    CLASS_NAMES,
    COLUMNS,
    DOCUMENT_KINDS,
    KEYS,
    NUMBER_NAMES,
    SEXES,
    categories_of,
    headers_of,
    key_of_header,
)

LARGEST: Final = 5 * 1024 * 1024
MOST_ROWS: Final = 1000
HEADER_WITHIN: Final = 10
NEEDED: Final = frozenset({"name", "campus_no", "document", "category"})
TEXT_ROWS: Final = 500
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def written(card_class: str, rows: Iterable[Mapping[str, str]] = (), *, unit: str = "") -> bytes:
    """The office's form: title, unit, header; columns of codes and numbers are text, so that no zero is lost."""
    from openpyxl import Workbook  # half a second of every start, for some calls a week
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  (a new workbook has one)
    sheet.title = CLASS_NAMES[card_class]
    sheet["A1"] = f"{school().name}校园卡批量办理汇总表（{CLASS_NAMES[card_class]}）"
    sheet["A1"].font = Font(size=16, bold=True)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(COLUMNS))
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet["A2"] = f"填报单位：{unit}"
    for place, (column, header) in enumerate(zip(COLUMNS, headers_of(card_class), strict=True), start=1):
        cell = sheet.cell(row=3, column=place, value=header)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DCEBF2")
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    for line, row in enumerate(rows, start=4):
        for place, column in enumerate(COLUMNS, start=1):
            sheet.cell(row=line, column=place, value=safe_cell(row.get(column.key, "")))
    for line in range(4, TEXT_ROWS + 4):
        for place in range(1, len(COLUMNS) + 1):
            sheet.cell(row=line, column=place).number_format = "@"
    add_choices(sheet, card_class)
    sheet.freeze_panes = "A4"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def add_choices(sheet: Any, card_class: str) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for key, choices in (("sex", SEXES), ("document_kind", DOCUMENT_KINDS), ("category", categories_of(card_class))):
        rule = DataValidation(type="list", formula1='"' + ",".join(choices) + '"', allow_blank=True)
        letter = get_column_letter(KEYS.index(key) + 1)
        rule.add(f"{letter}4:{letter}{TEXT_ROWS + 3}")
        sheet.add_data_validation(rule)


def read(content: bytes) -> list[dict[str, str]]:
    """The filled rows as typed, trimmed. Refused as a whole where it is no such form, too large or a bomb."""
    return rows_of(grid_of(content))


def class_of(content: bytes) -> str:
    """Which of the three forms this is: its title says it, or what it calls the number."""
    grid = grid_of(content)
    top, _places = header_of(grid)
    title = "".join(text_of(cell) for row in grid[:top] for cell in row)
    by_title = {key for key, name in CLASS_NAMES.items() if name in title}
    header = {"".join(text_of(cell).split()).rstrip("*＊") for cell in grid[top]}
    by_number = {key for key, name in NUMBER_NAMES.items() if name in header}
    found = by_title if len(by_title) == 1 else by_number
    if len(found) != 1:
        raise SheetRefusedError(why=_("看不出是哪一类卡，请用下载的模板。"))
    return found.pop()


def grid_of(content: bytes) -> list[list[Any]]:
    if not content or len(content) > LARGEST:
        raise SheetRefusedError(why=_("文件是空的，或超过 5 MB。"))
    if not content.startswith(b"PK"):
        raise SheetRefusedError(why=_("请用下载的模板，存成 .xlsx。"))
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        try:
            datahub.check_workbook(Path(file.name))
            with CalamineWorkbook.from_path(file.name) as book:
                return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        except CampusError as refused:
            raise SheetRefusedError(why=refused.message) from refused
        except (CalamineError, ValueError, OSError, LookupError) as broken:
            raise SheetRefusedError(why=_("打不开，它不是完整的工作簿。")) from broken


def rows_of(grid: Sequence[Sequence[Any]]) -> list[dict[str, str]]:
    top, places = header_of(grid)
    rows = [
        {key: text_of(row[place]) if place < len(row) else "" for key, place in places.items()}
        for row in grid[top + 1 :]
    ]
    filled = [row for row in rows if any(row.values())]
    if not filled:
        raise SheetRefusedError(why=_("表里没有人。"))
    if len(filled) > MOST_ROWS:
        raise SheetRefusedError(why=_("一批最多 %d 人，请分开。") % MOST_ROWS)
    return filled


def header_of(grid: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    for number, row in enumerate(grid[:HEADER_WITHIN]):
        found: dict[str, int] = {}
        for place, cell in enumerate(row):
            key = key_of_header(text_of(cell))
            if key is not None:
                found.setdefault(key, place)
        if found.keys() >= NEEDED:
            return number, found
    raise SheetRefusedError(why=_("没有找到表头，请用下载的模板。"))


def text_of(value: Any) -> str:
    """A number that Excel made of a code becomes its digits again; dates are written 2026-12-31."""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\0", "").strip()[:200].removeprefix("'") if value is not None else ""
