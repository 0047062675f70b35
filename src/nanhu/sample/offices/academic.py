"""教务处: the register of students, exported by an old program in GB18030."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nanhu.sample import codes, units
from nanhu.sample.offices import common, duplicates, faults
from nanhu.sample.rows import Claim, Layout, Row, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nanhu.sample.dirt import Dirt
    from nanhu.sample.persons import Affiliation, Human
    from nanhu.sample.units import Unit

LAYOUT = Layout(
    file_name="教务处-学籍名册.csv",
    header=(
        "学号",
        "姓名",
        "性别",
        "出生日期",
        "民族",
        "国籍地区",
        "证件类型",
        "证件号码",
        "院系代码",
        "院系名称",
        "专业名称",
        "班级代码",
        "班级名称",
        "年级",
        "学生类别",
        "学制",
        "入学日期",
        "预计毕业日期",
        "学籍状态",
        "联系电话",
        "备注",
    ),
    campus_no="学号",
    name="姓名",
    phone="联系电话",
    document="证件号码",
    document_kind="证件类型",
    category="学生类别",
    unit=("班级代码", "班级名称"),
    start="入学日期",
    end="预计毕业日期",
    sex="性别",
    ethnic="民族",
    nationality="国籍地区",
    birth_date="出生日期",
)
REMARKS = ("", "", "", "", "", "", "", "", "免费师范生", "退役复学", "转专业，原班级见附件", "建档立卡", "贷款,已办")


def sheet(people: Iterable[Human], classes: Mapping[str, Unit], dirt: Dirt, clean: Dirt) -> Sheet:
    def write(human: Human, study: Affiliation, dirt: Dirt) -> Row:
        return _write(human, study, classes[study.unit], dirt)

    studies = [(human, study) for human in people for study in human.affiliations if study.kind == "student"]
    studies.sort(key=lambda pair: (pair[1].unit, pair[1].campus_no))
    groups = [duplicates.rows_of(write, human, study, clean if human.is_cast else dirt) for human, study in studies]
    faults.spoil_some(groups, LAYOUT, dirt)
    rows = duplicates.in_order(groups, dirt.rng)
    faults.take_numbers(rows, LAYOUT, dirt)
    return Sheet(LAYOUT, list(_with_page_breaks(rows, dirt)))


def _write(human: Human, study: Affiliation, unit: Unit, dirt: Dirt) -> Row:
    cells, claim = common.person_cells(LAYOUT, human, dirt, old_forms=False)
    major, college = units.unit_names()[unit.parent], units.unit_names()[unit.code[:2]]
    class_code, class_name = unit.code, unit.name
    if dirt.happens("unit_by_name"):
        class_code, class_name = dirt.rng.choice(
            (("", unit.name), ("", unit.short_name), (unit.code, ""), ("00000000", unit.name))
        )
    cells |= {
        "学号": dirt.number(study.campus_no),
        "出生日期": dirt.date_text(common.birth_on_paper(dirt, human)),
        "院系代码": college.code,
        "院系名称": dirt.text(college.name),
        "专业名称": dirt.text(major.name),
        "班级代码": dirt.number(class_code),
        "班级名称": dirt.text(class_name),
        "年级": str(study.grade),
        "学生类别": codes.category_cell(dirt, study.category),
        "学制": str((study.ends_on or study.starts_on).year - study.starts_on.year),
        "入学日期": dirt.date_text(study.starts_on),
        "预计毕业日期": dirt.date_text(study.ends_on) if study.ends_on else "",
        "学籍状态": study.note,
        "备注": "" if human.is_cast else dirt.rng.choice(REMARKS),
    }
    claim.affiliation = replace(study)
    return Row(cells, human, claim, campus_no=study.campus_no)


def _with_page_breaks(rows: Iterable[Row], dirt: Dirt) -> Iterable[Row]:
    for row in rows:
        if dirt.happens("repeated_header"):
            yield Row({column: column for column in LAYOUT.header}, None, Claim(), fault="not_a_record")
        yield row
