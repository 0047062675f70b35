"""A month's bills of rooms as an office hands them in: one line for each person who lives there. Pure.

The column of money says whose it is: 房间金额 is the whole room's bill, the same on each of its lines, and is split;
个人金额 is that person's own part. A plain 金额 would leave it to a guess and is refused.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from nanhu.kernel.spreadsheets import safe_cell
from nanhu.systems.card.funds.errors import SheetRefusedError
from nanhu.systems.card.funds.room_errors import RoomSheetRefusedError
from nanhu.systems.card.funds.sheets import read_columns

HEADERS: Final = {
    "building": ("楼栋", "楼号", "宿舍楼"),
    "room": ("房间", "房间号", "寝室", "寝室号"),
    "campus_no": ("学工号", "学号", "工号"),
    "name": ("姓名",),
    "item": ("项目", "费用项目"),
    "month": ("月份", "账期"),
    "whole": ("房间金额", "房间金额(元)", "房间金额（元）"),
    "own": ("个人金额", "个人金额(元)", "个人金额（元）"),
}
NEEDED: Final = ("building", "room", "campus_no", "item", "month")
COLUMNS: Final = (
    ("楼栋", 18), ("房间", 10), ("学工号", 18), ("姓名", 12), ("项目", 8), ("月份", 12), ("房间金额（元）", 16),
)  # fmt: skip
TEXT_ROWS: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRow:
    """A line of the file, as it was typed. `is_whole`: the sum is the room's and is split."""

    line: int
    building: str
    room: str
    campus_no: str
    name: str
    item: str
    month: str
    amount: str
    is_whole: bool


def read_rooms(content: bytes) -> list[RoomRow]:
    try:
        lines = read_columns(content, HEADERS, NEEDED)
    except SheetRefusedError as error:
        raise RoomSheetRefusedError from error
    has_whole = any(said["whole"] for _line, said in lines)
    if has_whole == any(said["own"] for _line, said in lines):
        raise RoomSheetRefusedError
    return [row_of(line, said, is_whole=has_whole) for line, said in lines]


def row_of(line: int, said: dict[str, str], *, is_whole: bool) -> RoomRow:
    amount = said["whole"] if is_whole else said["own"]
    words = {key: said[key] for key in ("building", "room", "campus_no", "name", "item", "month")}
    return RoomRow(line=line, amount=amount, is_whole=is_whole, **words)


def template(rows: Iterable[tuple[str, str, str, str]] = ()) -> bytes:
    """The form to fill in; `rows` are building, room, number and name of who was charged last time."""
    from openpyxl import Workbook  # half a second of every start, for some calls a month
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  (a new workbook has one)
    sheet.title = "水电代扣"
    for place, (header, width) in enumerate(COLUMNS, start=1):
        cell = sheet.cell(row=1, column=place, value=header)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DCEBF2")
        sheet.column_dimensions[get_column_letter(place)].width = width
    last = 1
    for last, row in enumerate(rows, start=2):
        for place, text in enumerate(row, start=1):
            sheet.cell(row=last, column=place, value=safe_cell(text)).number_format = "@"
    for line in range(last + 1, TEXT_ROWS + 1):
        for place in range(1, len(COLUMNS)):
            sheet.cell(row=line, column=place).number_format = "@"
    items = DataValidation(type="list", formula1='"水费,电费"', allow_blank=True)
    items.add(f"E2:E{max(last, TEXT_ROWS)}")
    sheet.add_data_validation(items)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
