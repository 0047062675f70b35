"""The files look as the offices would hand them in."""

from __future__ import annotations

import csv
from dataclasses import fields
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from nanhu.sample.dirt import CLEAN, Rates
from nanhu.sample.generate import generate
from nanhu.sample.names.tables import RARE_CHARACTERS
from nanhu.sample.tests import reference
from nanhu.sample.tests.conftest import TODAY
from nanhu.sample.truth import read_truth
from nanhu.sample.units import majors, offices_and_colleges


def _bytes(files):
    return {
        path.name: path.read_bytes()
        for path in (files.staff, files.students, files.student_contacts, files.temporary, files.units, files.truth)
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    one = generate(seed=11, people=400, out_dir=tmp_path / "one", today=TODAY)
    two = generate(seed=11, people=400, out_dir=tmp_path / "two", today=TODAY)
    assert _bytes(one) == _bytes(two)
    other = generate(seed=12, people=400, out_dir=tmp_path / "other", today=TODAY)
    assert _bytes(one)["truth.jsonl"] != _bytes(other)["truth.jsonl"]


def test_the_staff_list_is_made_for_printing(sample):
    page = load_workbook(sample.staff)["教职工名单"]
    merged = {str(one) for one in page.merged_cells.ranges}
    assert {"A1:S1", "A2:S2", "A3:A4", "D3:G3", "H3:I3", "J3:P3", "Q3:R3", "S3:S4"} <= merged
    assert page["A1"].value.startswith("湖南理工学院教职工名单")
    notes = [row[0].value for row in page.iter_rows(min_row=5 + sample.rows[sample.staff.name]) if row[0].value]
    assert notes
    assert all(note.startswith("注：") for note in notes)


def test_numbers_and_dates_are_stored_in_several_ways(sample):
    page = load_workbook(sample.staff)["教职工名单"]
    last = 4 + sample.rows[sample.staff.name]
    numbers = [page.cell(row, 2).value for row in range(5, last + 1)]
    dates = [page.cell(row, 14).value for row in range(5, last + 1)]
    assert {type(value) for value in numbers} == {int, str}
    assert {int, str, datetime} <= {type(value) for value in dates}
    assert any("年" in value for value in dates if isinstance(value, str))


def test_the_register_needs_gb18030(filthy):
    text = filthy.students.read_bytes().decode("gb18030")
    assert text.startswith("学号,姓名,性别,")
    assert set(text) & set(RARE_CHARACTERS)
    with pytest.raises(UnicodeDecodeError):
        filthy.students.read_bytes().decode("utf-8")
    with pytest.raises(UnicodeEncodeError):
        text.encode("gbk")


def test_temporary_people_come_with_a_byte_order_mark(sample):
    assert sample.temporary.read_bytes().startswith(b"\xef\xbb\xbf")


def test_lines_are_those_a_clerk_sees(sample, truth):
    lines = sample.students.read_bytes().decode("gb18030").split("\r\n")
    person = next(one for one in truth.people if one.name == "林晓湖")
    line = next(line for file, line in person.rows if file == sample.students.name)
    assert lines[line - 1].startswith("14231200001,林晓湖,")
    page = load_workbook(sample.staff)["教职工名单"]
    teacher = next(one for one in truth.people if one.name == "周明远" and one.key == "P-teacher")
    assert page.cell(teacher.rows[0][1], 3).value == "周明远"


def test_units_come_parents_first_and_their_names_are_told_apart(sample, truth):
    with sample.units.open(encoding="utf-8-sig", newline="") as file:
        rows = [{name: reference.plain(value) for name, value in row.items()} for row in csv.DictReader(file)]
    seen: set[str] = set()
    orphans = []
    for row in rows:
        if row["上级机构代码"] and row["上级机构代码"] not in seen:
            orphans.append(row["机构代码"])
        seen.add(row["机构代码"])
    assert orphans == ["3901"]
    assert {unit["code"] for unit in truth.units} == seen - {"3901"}
    names = [name for unit in truth.units if unit["kind"] != "专业" for name in {unit["name"], unit["short_name"]}]
    assert len(names) == len(set(names))


def test_every_unit_of_the_tables_is_known():
    codes = {unit.code for unit in offices_and_colleges()}
    assert {unit.parent for unit in offices_and_colleges()} - {""} <= codes
    assert {major.college for major in majors()} <= codes


@pytest.mark.parametrize(
    ("kind", "of"),
    [
        ("document_checksum", "rows"),
        ("duplicate_phone", "rows"),
        ("lost_zeros", "staff"),
        ("second_office_phone", "contacts"),
        ("coded_ethnic", "rows"),
        ("untidy_phone", "all"),
        ("unknown_sex", "rows"),
        ("name_missing", "rows"),
    ],
)
def test_dirt_happens_at_its_rate(filthy, kind, of):
    staff, contacts = filthy.rows[reference.HR], filthy.rows[reference.CONTACTS]
    rows = staff + filthy.rows[reference.REGISTER] + filthy.rows[reference.TEMPORARY]
    places = {"rows": rows, "staff": staff, "contacts": contacts, "all": rows + contacts}[of]
    default = next(rate.default for rate in fields(Rates) if rate.name == kind)
    expected = min(default * 10, 0.6) * places
    assert expected * 0.6 < filthy.dirt[kind] < expected * 1.4


def test_every_kind_of_dirt_happens(filthy):
    assert {rate.name for rate in fields(Rates)} - {kind for kind, count in filthy.dirt.items() if count > 0} == set()


def test_without_dirt_nothing_is_rejected_and_names_are_written_plainly(tmp_path):
    files = generate(seed=5, people=500, out_dir=tmp_path, today=TODAY, rates=CLEAN)
    truth = read_truth(files.truth)
    assert [one.code for one in truth.rejects] == ["unit_unknown"]
    assert len(truth.people) == files.people == 500


def test_progress_is_told(tmp_path):
    heard = []
    generate(seed=1, people=50, out_dir=tmp_path, today=date(2027, 3, 1), report=lambda *told: heard.append(told))
    assert [done for done, total, _ in heard] == [0, 1, 2, 3, 4]
    assert {total for _, total, _ in heard} == {4}
