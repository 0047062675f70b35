"""保卫处: temporary people, typed in at the gate; another order of columns, other names for them, no unit codes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nanhu.sample import codes, units
from nanhu.sample.offices import common, duplicates, faults
from nanhu.sample.rows import Layout, Row, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nanhu.sample.dirt import Dirt
    from nanhu.sample.persons import Affiliation, Human

LAYOUT = Layout(
    file_name="保卫处-临时人员.csv",
    header=(
        "证号",
        "类型",
        "人员姓名",
        "身份证件号",
        "证件种类",
        "电话",
        "性别",
        "民族",
        "国籍",
        "出生年月日",
        "所在单位",
        "有效期起",
        "有效期止",
        "登记说明",
    ),
    campus_no="证号",
    name="人员姓名",
    phone="电话",
    document="身份证件号",
    document_kind="证件种类",
    category="类型",
    unit=("所在单位",),
    start="有效期起",
    end="有效期止",
    sex="性别",
    ethnic="民族",
    nationality="国籍",
    birth_date="出生年月日",
    remark="登记说明",
)
REMARKS = ("", "", "", "自带车辆湘F", "食堂帮厨", "由用人单位担保", "短期项目", "续签")


def sheet(people: Iterable[Human], dirt: Dirt) -> Sheet:
    stays = [(human, stay) for human in people for stay in human.affiliations if stay.kind == "temporary"]
    stays.sort(key=lambda pair: (pair[1].starts_on, pair[1].campus_no))
    groups = [duplicates.rows_of(write, human, stay, dirt) for human, stay in stays]
    faults.spoil_some(groups, LAYOUT, dirt)
    rows = duplicates.in_order(groups, dirt.rng)
    faults.take_numbers(rows, LAYOUT, dirt)
    return Sheet(LAYOUT, rows)


def write(human: Human, stay: Affiliation, dirt: Dirt) -> Row:
    cells, claim = common.person_cells(LAYOUT, human, dirt, old_forms=True)
    unit = units.unit_names()[stay.unit]
    cells |= {
        "证号": dirt.number(stay.campus_no),
        "类型": codes.category_cell(dirt, stay.category),
        "出生年月日": dirt.date_text(common.birth_on_paper(dirt, human)),
        "所在单位": dirt.text(unit.short_name if dirt.rng.random() < 0.3 else unit.name),
        "有效期起": dirt.date_text(stay.starts_on),
        "有效期止": dirt.date_text(stay.ends_on) if stay.ends_on else "",
        "登记说明": dirt.rng.choice(REMARKS),
    }
    claim.affiliation = replace(stay)
    return Row(cells, human, claim, campus_no=stay.campus_no)
