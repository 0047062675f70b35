"""Writes the sheets as files, byte for byte the same each time."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from nanhu.sample.rows import Sheet

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
GROUPS = {"性别": ("基本信息", 4), "证件类型": ("身份证件", 2), "部门代码": ("任职信息", 7), "手机": ("联系方式", 2)}
LINE = Side(style="thin", color="999999")
THIN = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
CENTRED = Alignment(horizontal="center", vertical="center")


def write_csv(sheet: Sheet, folder: Path, *, encoding: str) -> Path:
    path = folder / sheet.layout.file_name
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(sheet.layout.header)
        writer.writerows(sheet.table())
    return path


def write_staff_workbook(sheet: Sheet, folder: Path, *, today: date) -> Path:
    book = Workbook()
    page = book.worksheets[0]
    page.title = "教职工名单"
    _head(page, sheet.layout.header, today)
    for cells in sheet.table():
        page.append(cells)
    _notes(page, today)
    _explain(book.create_sheet("填表说明"))
    path = folder / sheet.layout.file_name
    memory = io.BytesIO()
    book.save(memory)
    path.write_bytes(without_clock(memory, today))
    return path


def _head(page: Worksheet, header: tuple[str, ...], today: date) -> None:
    width = len(header)
    page.append([f"湖南理工学院教职工名单（截至{today.year}年{today.month}月）"])
    page.append([f"填报单位：人事处        填报日期：{today.year}.{today.month}.{today.day}        密级：内部"])
    page.append([GROUPS[name][0] if name in GROUPS else name for name in header])
    page.append(list(header))
    for row in (1, 2):
        page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
    column = 1
    while column <= width:
        column += _merge_group(page, header[column - 1], column)
    page["A1"].font = Font(size=16, bold=True)
    page["A1"].alignment = CENTRED
    for number in range(1, width + 1):
        page.column_dimensions[get_column_letter(number)].width = 14
        for row in (3, 4):
            cell = page.cell(row=row, column=number)
            cell.border, cell.alignment = THIN, CENTRED
    page.freeze_panes = "D5"


def _merge_group(page: Worksheet, name: str, column: int) -> int:
    """Merge over the columns of a group, or over both rows of a column without one. The columns covered."""
    if name in GROUPS:
        span = GROUPS[name][1]
        page.merge_cells(start_row=3, end_row=3, start_column=column, end_column=column + span - 1)
        return span
    page.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
    return 1


def _notes(page: Worksheet, today: date) -> None:
    page.append([])
    page.append(["注：1. 部门自行聘用的临时人员不在本表，由保卫处登记；2. 工号为十位，不足者前补零。"])
    page.append(["注：3. 出生日期与身份证不一致者，以身份证为准。"])
    page.append(
        [
            None,
            "制表人：李娜",
            None,
            None,
            "审核：王磊",
            None,
            None,
            "联系电话：0730-8640012",
            None,
            f"{today.year}年{today.month}月{today.day}日",
        ]
    )


def _explain(page: Worksheet) -> None:
    for line in (
        "填表说明",
        "一、每人一行，调动后请在备注中说明。",
        "二、日期请按 2019-09-01 填写。",
        "三、证件号码请设为文本格式。",
    ):
        page.append([line])


def without_clock(memory: io.BytesIO, today: date) -> bytes:
    """The same archive with fixed times: openpyxl writes the hour of saving into it."""
    fixed = io.BytesIO()
    stamp = f"{today.isoformat()}T08:00:00Z".encode()
    with zipfile.ZipFile(memory) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, content)
            new.writestr(zipfile.ZipInfo(name, ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
