"""人事处: the staff list, a workbook made for printing rather than for reading by machines."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from nanhu.sample import codes, units
from nanhu.sample.dirt import serial
from nanhu.sample.offices import common, duplicates, faults
from nanhu.sample.rows import Layout, Row, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from nanhu.sample.dirt import Dirt
    from nanhu.sample.persons import Affiliation, Human
    from nanhu.sample.rows import Cell

LAYOUT = Layout(
    file_name="人事处-教职工名单.xlsx",
    header=(
        "序号",
        "工号",
        "姓名",
        "性别",
        "民族",
        "国籍",
        "出生日期",
        "证件类型",
        "证件号码",
        "部门代码",
        "部门名称",
        "人员类别",
        "职称",
        "来校日期",
        "离校日期",
        "在岗状态",
        "手机",
        "邮箱",
        "备注",
    ),
    campus_no="工号",
    name="姓名",
    phone="手机",
    document="证件号码",
    document_kind="证件类型",
    category="人员类别",
    unit=("部门代码", "部门名称"),
    start="来校日期",
    end="离校日期",
    sex="性别",
    ethnic="民族",
    nationality="国籍",
    birth_date="出生日期",
)
REMARKS = ("", "", "", "", "", "", "双肩挑", "返聘", "外聘转入", "产假", "挂职锻炼中", "档案在省人才中心")
FIRST_LINE = 5


def sheet(people: Iterable[Human], dirt: Dirt, clean: Dirt) -> Sheet:
    jobs = [(human, job) for human in people for job in human.affiliations if job.kind == "staff"]
    jobs.sort(key=lambda pair: (pair[1].unit, pair[1].campus_no))
    groups = [duplicates.rows_of(write, human, job, clean if human.is_cast else dirt) for human, job in jobs]
    faults.spoil_some(groups, LAYOUT, dirt)
    rows = duplicates.in_order(groups, dirt.rng)
    faults.take_numbers(rows, LAYOUT, dirt)
    for number, row in enumerate(rows, start=1):
        row.cells["序号"] = number
        _as_excel_keeps(row, number)
    return Sheet(LAYOUT, rows, FIRST_LINE)


def write(human: Human, job: Affiliation, dirt: Dirt) -> Row:
    cells, claim = common.person_cells(LAYOUT, human, dirt, old_forms=True)
    unit = units.unit_names()[job.unit]
    unit_code, unit_name = job.unit, unit.name
    if dirt.happens("unit_by_name"):
        unit_code, unit_name = dirt.rng.choice(
            (("", unit.name), ("", unit.short_name), (job.unit, ""), ("0000", unit.name))
        )
    cells |= {
        "工号": _staff_number(dirt, job.campus_no),
        "出生日期": _date_cell(dirt, common.birth_on_paper(dirt, human)),
        "部门代码": dirt.number(unit_code),
        "部门名称": dirt.text(unit_name),
        "人员类别": codes.category_cell(dirt, job.category),
        "职称": job.title,
        "来校日期": _date_cell(dirt, job.starts_on),
        "离校日期": _date_cell(dirt, job.ends_on) if job.ends_on else None,
        "在岗状态": job.note,
        "邮箱": f"{job.campus_no}@hnist.edu.cn" if human.is_cast or dirt.rng.random() < 0.7 else "",
        "备注": "" if human.is_cast else dirt.rng.choice(REMARKS),
    }
    claim.affiliation = replace(job)
    return Row(cells, human, claim, campus_no=job.campus_no)


def _staff_number(dirt: Dirt, campus_no: str) -> Cell:
    return int(campus_no) if dirt.happens("lost_zeros") else dirt.number(campus_no)


def _date_cell(dirt: Dirt, day: date) -> Cell:
    """Text, a bare serial number, or a real date cell."""
    if dirt.happens("serial_date"):
        return serial(day)
    if dirt.rng.random() < 0.2:
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001  a spreadsheet's date knows no zone
    return dirt.date_in_words(day)


def _as_excel_keeps(row: Row, place: int) -> None:
    """Long numbers typed without a mark become numbers: phones and 15-digit IDs keep their digits, 18-digit ones do not."""
    document = row.cells["证件号码"]
    if row.fault == "document_precision" and isinstance(document, str):
        number = row.claim.document_number or ""
        row.cells["证件号码"] = float(number[:15] + "000")
    elif (
        isinstance(document, str)
        and len(document) == 15
        and document.isascii()
        and document.isdecimal()
        and place % 3 == 0
    ):
        row.cells["证件号码"] = int(document)
    phone = row.cells["手机"]
    if isinstance(phone, str) and len(phone) == 11 and phone.isascii() and phone.isdecimal() and phone[-1] in "369":
        row.cells["手机"] = int(phone)
