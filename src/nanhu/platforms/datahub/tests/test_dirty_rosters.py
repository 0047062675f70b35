"""Rosters as registrars' systems and clerks export them: what is merged, floats, and stands in the wrong place moves nobody's values."""

import struct
from datetime import date

import openpyxl
import pytest

from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.reading.marked import TableReader
from nanhu.platforms.datahub.tests.conftest import id_number, student
from nanhu.platforms.datahub.tests.test_file_kinds import HEADER, record, xls
from nanhu.platforms.datahub.tests.test_strangers_files import names, saved, workbook
from nanhu.platforms.people.models import Affiliation, Person

pytestmark = pytest.mark.django_db
ENDING_IN_X = next(number for order in range(1, 99, 2) if (number := id_number(order=order)).endswith("X"))
A, B = id_number(order=3), id_number(order=7)
TWO = {"14231100001": "李明", "14231100002": "王芳"}
COLUMNS = "学号,姓名,身份证号,班级,层次,入学日期"


def days():
    return {tie.campus_no: (str(tie.starts_on), str(tie.ends_on)) for tie in Affiliation.objects.filter(kind="student")}


def phones():
    ties = Affiliation.objects.filter(kind="student").select_related("person")
    return {tie.campus_no: tie.person.phone for tie in ties}


def test_three_header_lines_merged_cells_floats_serials_and_filtered_rows(hand_in, units):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ["湖南理工学院2023级学生名册"],
        ["学号", "姓名", "基本信息", None, None, "学籍", None, None, None, "联系电话"],
        [None, None, "性别", "证件", None, "班级", "层次", "入学日期", "毕业日期", None],
        [None, None, None, "类型", "号码"],
        [
            14231100001.0,
            "李明",
            "男",
            "身份证",
            A,
            "计科23-1班",
            "全日制本科",
            45170,
            date(2047, 6, 30),
            13800138000.0,
        ],
        ["14231100002.0", "王芳", "男", "身份证", B, None, "统招本科", 45170.5, "2047/6/30", "13800138001.0"],
        ["总计", "2 人"],
    ]:
        sheet.append(row)
    for area in ["A1:J1", "A2:A4", "B2:B4", "C2:E2", "F2:I2", "J2:J4", "C3:C4", "D3:E3", "F5:F6"]:
        sheet.merge_cells(area)
    for column in "FGHI":
        sheet.merge_cells(f"{column}3:{column}4")
    sheet.row_dimensions[6].hidden = True
    report = hand_in(saved(book), name="学籍.xlsx")
    assert (report.counts["accepted"], report.counts["rejected"], report.counts["skipped"]) == (2, 0, 1)
    assert names() == TWO
    assert set(days().values()) == {("2023-09-01", "2047-06-30")}
    assert phones() == {"14231100001": "13800138000", "14231100002": "13800138001"}
    assert "隐藏或被筛选掉的 1 行" in Batch.objects.get(id=report.batch).note


def test_cells_that_reach_over_lines_and_columns_of_a_page_move_nothing_aside(hand_in, units):
    """Where 入学日期 is merged over a class, the next column would else be read as it."""
    page = f"""<table><tr><td colspan=8>名册</td></tr>
    <tr><th rowspan=2>学号</th><th rowspan=2>姓名</th><th colspan=2>证件</th><th rowspan=2>班级</th><th rowspan=2>层次</th>
    <th rowspan=2>入学日期</th><th rowspan=2>毕业日期</th></tr><tr><th>类型</th><th>号码</th></tr>
    <tr><td>14231100001</td><td>李明</td><td rowspan=2>身份证</td><td>{A}</td><td>计科23-1班</td><td>统招本科</td>
    <td rowspan=2>2023-09-01</td><td>2047-06-30</td></tr>
    <tr><td>14231100002</td><td>王芳</td><td>{B}</td><td>计科23-1班</td><td>统招本科</td><td>2047-06-30</td></tr></table>"""
    assert hand_in(page.encode(), name="网页.xls").counts["accepted"] == 2
    assert days() == dict.fromkeys(TWO, ("2023-09-01", "2047-06-30"))


def test_merged_cells_of_a_sheet_of_2003_and_of_an_old_workbook_count(hand_in, units):
    def row(*cells):
        return "<Row>" + "".join(f"<Cell {how}><Data>{text}</Data></Cell>" for text, how in cells) + "</Row>"

    wide, tall, next_one = 'ss:MergeAcross="1"', 'ss:MergeDown="1"', 'ss:Index="6"'
    plain = [(text, "") for text in ("计科23-1班", "统招本科")]
    head = [(text, wide if text == "身份证号" else "") for text in COLUMNS.split(",")]
    first = [("14231100001", ""), ("李明", ""), (A, wide), *plain[:1], ("统招本科", tall), ("2023-09-01", "")]
    second = [("14231100002", ""), ("王芳", ""), (B, wide), *plain[:1], ("2023-09-01", next_one.replace("6", "7"))]
    sheet = f'<?xml version="1.0"?><Workbook><Worksheet><Table>{row(*head)}{row(*first)}{row(*second)}</Table></Worksheet></Workbook>'
    assert hand_in(sheet.encode(), name="2003.xls").counts["accepted"] == 2
    place = HEADER.index("班级代码")
    rows = [student(document=A).split(","), student(no="14231100002", name="王芳", document=B).split(",")]
    rows[1][place] = ""
    merged = record(0xE5, struct.pack("<HHHHH", 1, 1, 2, place, place))
    assert hand_in(xls([HEADER, *rows], extra=merged), name="旧.xls").counts["accepted"] == 2


ONE, NEXT, LAST = (f"<tr><td>{number}</td><td>{name}</td></tr>" for number, name in ("1李", "2王", "3张"))
TALL = "<tr><td rowspan=2>1</td><td rowspan=2>李</td></tr>"
OF_2003 = "<Row><Cell ss:MergeDown='{0}'>1</Cell><Cell ss:MergeDown='{0}'>李</Cell></Row>"


@pytest.mark.parametrize(
    "rows",
    [
        TALL + "<tr></tr>" + NEXT + LAST,
        f"<tbody>{TALL}</tbody><tbody>{NEXT}{LAST}</tbody>",
        OF_2003.format(1) + NEXT.replace("<tr>", "<Row ss:Index='3'>").replace("/tr", "/Row") + LAST,
        OF_2003.format(3) + "<Row ss:Index='3' ss:Span='1'/>" + NEXT + LAST,
        ONE + "<tr></tr>" + NEXT + "<Row ss:Index='2'/>" + LAST,
    ],
    ids=["an empty line", "another part of the table", "a line left out", "lines that one stands for", "nothing above"],
)
def test_cells_reach_over_lines_that_are_empty_or_left_out(rows):
    """Where they did not, who is above stood in the next line too, and who stands there was lost."""
    reader = TableReader()
    reader.feed(f"<table>{rows}</table>".replace("td>", "Cell>"))
    reader.close()
    assert reader.tables == [[["1", "李"], ["2", "王"], ["3", "张"]]]


def test_codes_below_the_headings_invisible_marks_and_days_in_words(hand_in, units):
    lines = [
        COLUMNS + ",手机",
        "XH,XM,SFZH,BJ,CC,RXRQ,SJ",
        "必填,必填,必填,必填,必填,必填,选填",
        f"\u202d14231100001\u202c,李\u200b明（曾用名：李铭）,\u202a{A}\u202c,计科23-1班,统招本科,2023年9月1号,138-0013-8000",
        f"１４２３１１００００２.0,王　芳,{ENDING_IN_X[:6]} {ENDING_IN_X[6:14]} {ENDING_IN_X[14:17]}ｘ,计科23-1班,本科,二〇二三年九月一日,",
        f"14231100003,⽅圆,{B},计科23-1班,全日制本科,23.9.1,13800138000.0",
        "合　　计,3 人",
    ]
    content = "\n".join(line.replace(",", "\t") for line in lines)
    report = hand_in(content, name="学籍.txt", encoding="utf-16")
    assert (report.counts["accepted"], report.counts["rejected"], report.counts["skipped"]) == (3, 0, 3)
    assert names() == TWO | {"14231100003": "方圆"}
    assert {day for day, _end in days().values()} == {"2023-09-01"}
    assert Person.objects.get(name="王芳").id_number == ENDING_IN_X


def test_the_phones_and_names_of_others_are_not_taken_for_ones_own(hand_in, units):
    line = f"14231100001,李明,{A},计科23-1班,统招本科,2023-09-01"
    group = f"学生家长通讯录\n{COLUMNS},家长信息,\n,,,,,,姓名,联系电话\n{line},李父,13911111111\n"
    hand_in(group)
    assert (names(), phones()) == ({"14231100001": "李明"}, {"14231100001": None})
    bottom = f",,,,,,辅导员,\n{COLUMNS},姓名,手机\n{line},赵导,13922222222\n"
    hand_in(bottom, encoding="gbk")
    assert (names(), phones()) == ({"14231100001": "李明"}, {"14231100001": None})
    first = [(COLUMNS + ",联系电话").split(","), [*line.split(","), "13800138000"]]
    second = [
        (COLUMNS + ",本人手机,联系电话").split(","),
        f"14231100002,王芳,{B},计科23-1班,统招本科,2023-09-01,13800138001,13933333333".split(","),
    ]
    hand_in(workbook(("一班", False, first), ("二班", False, second)), name="学籍.xlsx")
    assert phones() == {"14231100001": "13800138000", "14231100002": "13800138001"}
