"""Lines that were broken amid a cell, ragged rows, names that look like sums, and text whose program took a character for two columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Issue, LandingRow
from nanhu.platforms.datahub.reading.csvfile import read_csv
from nanhu.platforms.datahub.reading.headers import Headings
from nanhu.platforms.datahub.services.skip import Skips, is_no_record
from nanhu.platforms.datahub.tests.conftest import STUDENT_HEADER, id_number, register, student
from nanhu.platforms.datahub.tests.test_shared_sources import (
    ZHENGFANG,
    export,
    line,
    roster,
    supplied,  # noqa: F401  (fixtures)
    two,  # noqa: F401
)
from nanhu.platforms.people.models import Affiliation

pytestmark = pytest.mark.django_db
HEADER = STUDENT_HEADER + ",备注,经办"


def became(report):
    """Of each line its state, and the codes of what is not in order."""
    codes = dict[int, list[str]]()
    for one, code in Issue.objects.filter(batch_id=report.batch).order_by("line", "id").values_list("line", "code"):
        codes.setdefault(one, []).append(code)
    rows = LandingRow.objects.filter(batch_id=report.batch).order_by("line").values_list("line", "state")
    return [(state, codes.get(number, [])) for number, state in rows]


def numbers():
    return sorted(Affiliation.objects.filter(kind="student").values_list("campus_no", flat=True))


def test_a_line_broken_in_a_late_cell_is_refused_though_its_first_half_reads_well(hand_in, units):
    whole = student("14231100002", "王芳", id_number(order=2), phone="", 性别="女") + ",,王"
    torn = student() + ",家住岳阳市\n学院路 1 号,王"
    first, second, third = became(hand_in(register(torn, whole, header=HEADER)))
    assert (first, third) == (("rejected", ["line_torn"]), ("accepted", []))
    assert (second[0], second[1][0], len(second[1]) > 1) == ("rejected", "line_torn", True)
    assert numbers() == ["14231100002"]


def test_so_is_a_line_of_a_shared_table(supplied, hand_in):  # noqa: F811
    torn = line(name="高等\n数学")
    report = hand_in(export(torn, line("14231100002")), source_key=ZHENGFANG)
    assert [state for state, _codes in became(report)] == ["rejected", "rejected", "accepted"]
    assert became(report)[0][1] == ["line_torn"]
    assert roster() == {("JX01", "14231100002"): "B001"}


def test_so_is_a_line_of_the_list_of_units(units, hand_in):
    header = "机构代码,机构名称,简称,上级机构代码,机构类型"
    report = hand_in(f"{header}\n12,数学\n学院,数院,1000,教学学院\n", source_key="org.units", name="机构.csv")
    assert [state for state, _codes in became(report)] == ["rejected"] * 2


def test_two_ragged_rows_that_read_well_are_rows_and_a_fault_keeps_its_reason(hand_in, units):
    hand_in(register(student(), student("14231100002", "王芳", id_number(order=2))))
    header = "学号,姓名,手机号码,家长电话,宿舍"
    good = "14231100001,李明,13800138000"
    report = hand_in(f"{header}\n{good}\n14231100002,王芳,13911112222\n", source_key="sa.contacts", name="通讯录.csv")
    assert became(report) == [("accepted", [])] * 2
    report = hand_in(f"{header}\n{good}\n1423110000,王芳,13911112222\n", source_key="sa.contacts", name="又.csv")
    assert became(report) == [("rejected", ["line_torn"]), ("rejected", ["line_torn", "campus_no_malformed"])]
    report = hand_in(f"{header}\n1423110000,王芳,13911112222\n{good}\n", source_key="sa.contacts", name="再.csv")
    assert became(report) == [("rejected", ["campus_no_malformed"]), ("accepted", [])]


def test_a_name_that_ends_like_a_sum_is_one_only_in_a_list_of_people():
    cells = {"代码": "P01", "名称": "在校生总数"}
    assert not is_no_record(cells, {"code": "代码", "name": "名称"})
    assert is_no_record({"学号": None, "姓名": "计算机学院小计"}, {"campus_no": "学号", "name": "姓名"})


def seen_width(text):
    return sum(1 + (not character.isascii()) for character in text)


def below_each_other(*cells):
    """As it is seen: a Chinese character takes two columns."""
    return "".join(text + " " * (width - seen_width(text)) for text, width in zip(cells, (13, 47, 19, 12), strict=True))


def test_columns_are_where_most_lines_stand_below_each_other(tmp_path):
    """Counted by bytes nothing runs together, and the phone of the longest name stands under the next heading."""
    longest = "阿卜杜热合曼买买提吐尔逊江艾力肉孜"[:16]
    people = [(f"142311{n:05}", "王一芳"[: 2 + n % 2 * (n > 6)], f"1380013{n:04}", f"1390013{n:04}") for n in range(12)]
    people[5] = (people[5][0], longest, people[5][2], "")
    path = tmp_path / "通讯录.txt"
    lines = [below_each_other("学号", "姓名", "本人手机", "家长电话"), *(below_each_other(*one) for one in people)]
    path.write_text("\n".join(lines), encoding="utf-8")
    table = read_csv(path, Headings(source("sa.contacts")))
    fields = ("campus_no", "name", "phone", "guardian_phone")
    found = [tuple(row.cells.get(table.columns[name], "") for name in fields) for row in table.rows]
    assert found == people


ODD = [
    "",
    " ",
    "合计",
    "合 计",
    "学号",
    " 学 号 ",
    "＊姓名",
    "制表人：张三",
    "计算机学院小计",
    "XH",
    "必填",
    "张三",
    "１４",
    "备注：无",
    "学号(11位)",
]
CELLS = st.dictionaries(
    st.sampled_from(["学号", "姓名", "单位", "备注", "电话 ⇢ 手机"]),
    st.none() | st.sampled_from(ODD) | st.sampled_from(["李四", "14231100001", "法学院"]) | st.integers(0, 9),
)


@given(st.lists(CELLS, max_size=6))
def test_many_lines_are_passed_over_as_each_of_them_alone(lines):
    columns = {"campus_no": "学号", "name": "姓名", "unit_name": "单位"}
    skips = Skips(columns)
    for cells in [*lines, *lines]:
        assert skips(cells) == is_no_record(cells, columns)
