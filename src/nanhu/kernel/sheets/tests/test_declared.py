"""Sheets as offices hand them in: encodings, kinds of file, heads, faults by line and column, and the form handed out."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from nanhu.kernel.sheets import Column, FileRefusedError, Sheet, campus_no, choice, day, moment, month, phrase, yuan
from nanhu.kernel.sheets.kinds import NotAMomentError

STAFF = Sheet(
    Column("campus_no", "学工号", kind=campus_no, also=("学号", "工号"), needed=True),
    Column("amount", "金额（元）", kind=yuan, also=("金额",), needed=True),
    Column("since", "日期", kind=day),
    Column("kind", "类别", kind=choice({"在编": "regular", "返聘": "again"}), choices=("在编", "返聘")),
    Column("note", "备注", in_form=False),
    most=5,
)
TEXT = "学号, 金额 (元) *,备注\n14231100001,300,十一月\n\n0020190123,12.50,\n"


def workbook(*rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encodings_of_offices(encoding):
    lines = STAFF.read(TEXT.encode(encoding))
    assert [(one.number, one["campus_no"], one.meant("amount"), one["note"]) for one in lines] == [
        (2, "14231100001", 30_000, "十一月"),
        (4, "0020190123", 1250, ""),
    ]


def test_a_workbook_is_read_below_its_title_with_numbers_and_days_as_they_are_typed():
    content = workbook(["湖南理工学院名册"], [], ["工号", "金额", "日期"], [14231100001, 12.1, date(2026, 10, 1)])
    [line] = STAFF.read(content)
    assert (line.number, line["campus_no"], line.meant("amount")) == (4, "14231100001", 1210)
    assert line.meant("since") == date(2026, 10, 1)
    assert STAFF.read(content).unread == []
    more = workbook(["名册"], ["序号", "工号", "金额", "", "家 长"], [1, 2, 3, 4, 5])
    assert STAFF.read(more).unread == ["序号", "家 长"]


def test_a_number_is_read_as_the_program_that_made_the_file_shows_it():
    lines = STAFF.read(
        workbook(["工号", "金额"], ["0020190123", 12.5], [14231100001, 300], ["1", 0.1 + 0.2], ["2", 1e5])
    )
    assert [(line["campus_no"], line["amount"]) for line in lines] == [
        ("0020190123", "12.5"),
        ("14231100001", "300"),
        ("1", "0.3"),
        ("2", "100000"),
    ]


def test_marks_that_nobody_sees_change_no_value():
    """As they come along where a cell was copied from a web page or a chat."""
    content = (
        "\u200b学\ufeff号,金额,\u202a日期,类别\n\u200b1423\u00ad1100001,3,\u200e2026-10-01\ufeff,在\u200b编\n".encode()
    )
    [line] = STAFF.read(content)
    assert line.faults() == []
    assert (line.meant("campus_no"), line.meant("since"), line.meant("kind")) == (
        "14231100001",
        date(2026, 10, 1),
        "regular",
    )


def test_a_year_with_a_digit_too_few_is_none():
    late, early = STAFF.read("工号,金额,日期\n1423,3,1900-01-01\n1424,3,0202-03-01\n".encode())
    assert late.faults() == []
    assert [(one.line, one.column, str(one.what)) for one in early.faults()] == [
        (3, "日期", "日期在 1900 年以前，请核对年份")
    ]


def test_under_one_head_twice_nobody_knows_which_is_meant():
    with pytest.raises(FileRefusedError, match="“金额”有两列"):
        STAFF.read("工号,金额,日期, 金额 \n1423,3,,4\n".encode())
    [line] = STAFF.read("工号,金额,学号,别的,别的\n1423,3,1424,1,2\n".encode())
    assert line["campus_no"] == "1423", "under two names of one column the first holds"


def test_what_nobody_sees_parts_no_word():
    named = Sheet(Column("name", "名称", kind=phrase(20), needed=True), most=5)
    [line] = named.read("名称\n旧\u200b设\u202e 001\n".encode())
    assert line.meant("name") == "旧设 001"


def test_faults_name_line_and_column():
    content = "工号,金额,日期,类别\n1423 1100,3 元,2026.13.1,临时\n14231100001,3,,\n".encode()
    bad, good = STAFF.read(content)
    assert [(one.line, one.column) for one in bad.faults()] == [(2, "金额（元）"), (2, "日期"), (2, "类别")]
    assert bad.faults()[-1].what == "只能是：在编、返聘"
    assert good.faults() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"PK\x03\x04garbage",
        b"\xd0\xcf\x11\xe0 an old workbook",
        "学号,姓名\n1,2\n".encode(),
        "学号,金额\n".encode(),
        b"\x00\x01\x02",
        b"\xff\xfe",
        '学号,金额\n1,"2\n'.encode(),
        "学号,金额\n".encode() + b"1423110000,1\n" * 6,
    ],
)
def test_what_is_no_such_list_is_refused(content):
    with pytest.raises(FileRefusedError):
        STAFF.read(content)


def test_a_bomb_is_not_opened():
    packed, out = workbook(["学号", "金额"], [1, 2]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for one in source.namelist():
            content = source.read(one)
            if one.endswith("sheet1.xml"):
                content = content.replace(b'r="B2"', b'r="XFD1048576"')
            target.writestr(one, content)
    with pytest.raises(FileRefusedError, match="解开后太大"):
        STAFF.read(out.getvalue())


def test_the_form_is_text_with_choices_and_is_read_again():
    rows = [{"campus_no": "0020190123", "amount": "5", "kind": "在编", "since": "=1+1"}]
    content = STAFF.form(rows, name="名册", above=["湖南理工学院", "填报单位："])
    sheet = load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet[3]] == ["学工号", "金额（元）", "日期", "类别"]
    assert {cell.number_format for cell in sheet[4]} == {"@"}
    columns = [sheet.column_dimensions[letter] for letter in "ABCD"]
    assert {column.number_format for column in columns} == {"@"}, "also where nothing stands yet: 001 stays 001"
    assert sheet["C4"].value == "'=1+1"
    assert sheet.data_validations.dataValidation[0].formula1 == '"在编,返聘"'
    [line] = STAFF.read(content)
    assert (line.number, line["campus_no"], line["since"]) == (4, "0020190123", "=1+1")


@pytest.mark.parametrize("said", ["2026-10", "2026/10", "2026年10月", "2026.10.31", "２０２６－１０"])
def test_a_month_in_the_styles_of_offices(said):
    assert month(said) == date(2026, 10, 1)


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-29 08:30:15",
        "2026/11/29 08:30:15",
        " 2026-11-29T08:30:15 ",
        "２０２６-11-29 08：30：15",
        "2026-11-29T00:30:15Z",
        "2026-11-29 01:30:15+01:00",
    ],
)
def test_a_moment_is_on_the_campuss_clocks_where_no_zone_is_written(said):
    assert moment(said) == datetime(2026, 11, 29, 0, 30, 15, tzinfo=UTC)


NO_MOMENTS = (
    "昨天",
    "2026-13-01 08:00",
    "08:30",
    "2026-11-29 25:00",
    "1.5",
    "0001-01-01 00:00",
    "9999-12-31 23:59-23:00",
)


@pytest.mark.parametrize("said", NO_MOMENTS)
def test_what_is_no_moment_is_told_how_one_is_written(said):
    with pytest.raises(NotAMomentError, match="2026-11-29 08:30:15"):
        moment(said)
