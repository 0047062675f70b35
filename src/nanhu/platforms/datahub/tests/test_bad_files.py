"""Whole files that cannot be taken: each refused with a sentence, nothing golden written, nothing read into memory."""

import io
import random
import resource
import zipfile

import openpyxl
import pytest

from nanhu.kernel.sheets.errors import FileRefusedError
from nanhu.kernel.sheets.guard import check_workbook
from nanhu.kernel.sheets.shape import SheetShape, any_shape, usual_shape
from nanhu.platforms.datahub.models import Batch, LandingRow
from nanhu.platforms.datahub.services.landing import stored_rows
from nanhu.platforms.datahub.sources import STAFF
from nanhu.platforms.datahub.tests.conftest import STUDENT_HEADER, id_number, register, student
from nanhu.platforms.people.models import Person

pytestmark = pytest.mark.django_db
GOOD = register(student())
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(rows, *, merge=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merge:
        book.active.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


STAFF_HEADER = ["工号", "姓名", "证件号码", "部门代码", "人员类别", "来校日期", "手机"]


def staff(no="0020190123", name="王芳", document=None, start="2019-09-01", phone="13900001111"):
    return [no, name, document or id_number("19800102", 2), "11", "正式在编", start, phone]


def packed(name, content, level=9):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(name, content)
    return out.getvalue()


def garbage():
    return random.Random(7).randbytes(50_000)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "空.csv", "空的"),
        (GOOD.splitlines()[0].encode(), "只有表头.csv", "只有表头"),
        (garbage(), "乱.csv", ""),
        (garbage(), "乱.xlsx", ""),
        (b"PK\x03\x04" + garbage(), "坏.xlsx", "打不开"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + garbage(), "旧.xls", "另存为 .xlsx"),
        (b"%PDF-1.7 not a table", "名册.csv", "认不出"),
        (
            packed("word/document.xml", "<x/>").replace(b"xl/workbook.xml", b"xx/workbook.xml"),
            "压缩包.xlsx",
            "不是 .xlsx",
        ),
        (
            b"a,b\n1,2\n",
            "缺列.csv",
            "缺少这些列：学号",
        ),
        (GOOD.encode("gb18030") + b"\xff\xff\xff\n", "编码.csv", "第 3 行"),
        (GOOD.encode() + '14231100002,"没有关上的引号'.encode(), "断.csv", "第 3 行"),
        (GOOD.encode() + b"\x00\x01\x02" * 10, "零.csv", ""),
        (workbook([["这张表", "什么都"], ["不", "是"]]), "别的.xlsx", "缺少这些列"),
        (workbook([]), "空表.xlsx", ""),
    ],
    ids=lambda value: value if isinstance(value, str) and value.endswith(("csv", "xlsx", "xls")) else "",
)
def test_it_refuses_a_file_that_is_no_table(hand_in, content, name, words):
    with pytest.raises(FileRefusedError) as refused:
        hand_in(content, name=name)
    assert words in refused.value.message
    assert Person.objects.count() == 0
    assert LandingRow.objects.count() == 0
    assert not Batch.objects.exclude(state="refused").exists()


def test_a_refused_file_is_remembered_with_the_reason_and_may_come_again(hand_in, units):
    for _time in range(2):
        with pytest.raises(FileRefusedError):
            hand_in("品名,数量,单价\n纸,3,5\n")
    assert "学号" in Batch.objects.filter(state="refused").first().note


def test_a_stroke_and_u0000_that_somebody_typed_are_no_null(hand_in, units):
    typed = "C:\\u0000x"
    report = hand_in(register(student(班级名称=typed), student("14231100002", 班级名称="张\\\\u0000\\")))
    batch = Batch.objects.get(pk=report.batch)
    assert [row.original["班级名称"] for row in stored_rows(batch)] == [typed, "张\\\\u0000\\"]


def test_it_tells_which_source_a_file_belongs_to(hand_in):
    with pytest.raises(FileRefusedError) as refused:
        hand_in(GOOD, source_key="hr.staff")
    assert "教务处" in refused.value.message


def test_every_truncation_of_a_workbook_is_refused_or_read_whole(hand_in, units):
    whole = workbook([STAFF_HEADER, staff()])
    for size in range(100, len(whole) - 1, 517):
        with pytest.raises(FileRefusedError):
            hand_in(whole[:size], source_key="hr.staff", name="名单.xlsx")
    assert Person.objects.count() == 0
    assert hand_in(whole, source_key="hr.staff", name="名单.xlsx").counts["created"] == 1


def test_a_200_mb_file_is_refused_without_being_read(hand_in, tmp_path, units):
    from nanhu.platforms.datahub.api import import_file
    from nanhu.platforms.datahub.tests.conftest import BY

    path = tmp_path / "大.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FileRefusedError, match="超过上限"):
        import_file(by=BY, path=path, source_key="aa.students")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024
    assert Batch.objects.filter(source="aa.students").count() == 0


def test_a_workbook_bomb_is_not_opened(hand_in, tmp_path):
    bomb = packed("xl/worksheets/sheet1.xml", b"<row/>" * 4_000_000)
    assert len(bomb) < 300_000
    with pytest.raises(FileRefusedError, match="解开后太大"):
        hand_in(bomb, source_key="hr.staff", name="炸弹.xlsx")


def test_a_bomb_that_lies_about_its_size_is_not_opened(tmp_path):
    bomb = bytearray(packed("xl/worksheets/sheet1.xml", b"<row/>" * 4_000_000))
    true_size = (24_000_000).to_bytes(4, "little")
    assert true_size in bomb
    path = tmp_path / "谎.xlsx"
    path.write_bytes(bytes(bomb).replace(true_size, (1000).to_bytes(4, "little")))
    with pytest.raises(FileRefusedError):
        check_workbook(path)


def test_one_far_away_cell_does_not_make_it_allocate_the_way_there(hand_in):
    book = openpyxl.Workbook()
    book.active.append(STAFF_HEADER)
    book.active.cell(row=1_048_576, column=16_384, value="x")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(FileRefusedError, match="解开后太大"):
        hand_in(out.getvalue(), source_key="hr.staff", name="远.xlsx")


FAR_ROWS = {
    "single quotes": "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
    "small letters": '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
    "spaces": '<row r="1048576"><c r = "XFD1048576"><v>1</v></c></row>',
    "a greater-than before it": '<row r="1048576"><c s=">" r="XFD1048576"><v>1</v></c></row>',
    "a decoy before it": """<row r="1048576"><c s=' r="A1"' r="XFD1048576"><v>1</v></c></row>""",
    "a prefix of its own": f'<y:row xmlns:y="{SHEETS}" r="1048576"><y:c r="XFD1048576"><y:v>1</y:v></y:c></y:row>',
    "no reference": f'<row r="1048576">{"<c><v>1</v></c>" * 100}</row>',
}


def by_hand(rows, **more):
    """A workbook of the least parts, with these rows after a first one."""
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>工号</t></is></c></row>'
    kind, office = "application/vnd.openxmlformats-officedocument.spreadsheetml", f"{RELATIONS}/officeDocument"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="{kind}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{office}" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEETS}"><sheetData>{first}{rows}</sheetData></worksheet>',
        **more,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("rows", FAR_ROWS.values(), ids=FAR_ROWS)
def test_a_far_away_cell_is_found_however_it_is_written(hand_in, rows):
    """Overlooked, it made the reader ask for half a terabyte, and the worker died of a file of one kilobyte."""
    with pytest.raises(FileRefusedError, match="解开后太大"):
        hand_in(by_hand(rows), source_key="hr.staff", name="远.xlsx")


def test_a_part_that_stands_twice_is_not_opened(hand_in):
    """We would measure the small one, and the reader, to which small and capital letters are one, might open the other."""
    with pytest.raises(FileRefusedError):
        hand_in(by_hand("", **{"xl/worksheets/SHEET1.xml": "<worksheet/>"}), source_key="hr.staff", name="二.xlsx")


@pytest.mark.parametrize("place", ["9" * 5000, "1" * 8, "x"])
def test_a_row_that_says_it_stands_where_no_row_can_is_refused(hand_in, place):
    with pytest.raises(FileRefusedError):
        hand_in(
            by_hand(f'<row r="{place}"><c t="inlineStr"><is><t>1</t></is></c></row>'),
            source_key="hr.staff",
            name="远.xlsx",
        )


def test_a_sheet_written_in_an_unusual_way_has_the_same_shape():
    usual = b'<worksheet><row spans="2:4" hidden="1" r="2"><c r="B2" s="1"><f>A1</f><v>1</v></c><c r="D2"/></row></worksheet>'
    unusual = b"<worksheet><row hidden='true' r='2'><c s='1' r='b2'><f>A1</f><v>1</v></c><c r='D2'/></row></worksheet>"
    shape = SheetShape(2, 4, frozenset({(2, 2)}), frozenset({2}))
    assert usual_shape(usual) == any_shape(usual) == any_shape(unusual) == shape
    assert usual_shape(unusual) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_it_finds_the_encoding(hand_in, units, encoding):
    hand_in(register(student(name="龘靐齉")), encoding=encoding)
    assert Person.objects.filter(name="龘靐齉").exists()


def test_merged_header_cells_serial_dates_and_lost_zeros(hand_in, units):
    rows = [
        ["教职工名单", None, None, None, None, None, None],
        ["工号", "姓名", "身份证件", None, "任职信息", None, "手机"],
        [None, None, "证件类型", "证件号码", "部门代码", "人员类别", None],
        [20190123, "王芳", "居民身份证", id_number("19800102", 2), "11", "正式在编", 13900001111],
    ]
    for row, value in zip(rows, [None, None, "来校日期", 43709], strict=True):
        row.append(value)
    content = workbook(rows, merge=["A1:H1", "A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:G3"])
    assert hand_in(content, source_key="hr.staff", name="名单.xlsx").counts["created"] == 1
    person = Person.objects.get(name="王芳")
    affiliation = person.affiliations.get()
    assert (affiliation.campus_no, str(affiliation.starts_on), person.phone) == (
        "0020190123",
        "2019-09-01",
        "13900001111",
    )


def test_a_cell_merged_over_several_lines_is_said_of_each(hand_in, units):
    people = [
        student(),
        student(no="14231100002", name="王小", document=id_number(order=3), phone="", 班级代码="", 学生类别=""),
    ]
    rows = [STUDENT_HEADER.split(","), *([cell or None for cell in one.split(",")] for one in people)]
    report = hand_in(workbook(rows, merge=["I2:I3", "K2:K3", "A2:A2"]), name="名册.xlsx")
    assert report.counts["accepted"] == 2
    upon_each_other = [f"I2:I{3 + n}" for n in range(200)]
    with pytest.raises(FileRefusedError):
        hand_in(workbook(rows, merge=upon_each_other), name="叠起来.xlsx")


def test_formula_cells_are_taken_by_their_value_or_refused(hand_in, units):
    report = hand_in(workbook([STAFF_HEADER, staff(name='="王"&"芳"')]), source_key="hr.staff", name="名单.xlsx")
    assert report.counts["codes"]["formula_without_value"] == 1
    assert Person.objects.filter(name__contains="王").count() == 0


def test_a_document_number_stored_as_a_number_is_refused_as_lost(hand_in, units):
    report = hand_in(
        workbook([STAFF_HEADER, staff(document=int(id_number("19800102", 2)[:17] + "0"))]),
        source_key="hr.staff",
        name="名单.xlsx",
    )
    assert report.counts["codes"] == {"document_precision": 1}


def test_required_columns_of_every_source_are_known(hand_in):
    assert {column.field for column in STAFF.required()} == {"campus_no", "name", "id_number", "category", "starts_on"}
