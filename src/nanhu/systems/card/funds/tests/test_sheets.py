"""What offices hand in: two encodings, two kinds of file, and everything that is none of them."""

import io

import pytest
from openpyxl import Workbook

from nanhu.systems.card.funds.errors import SheetRefusedError
from nanhu.systems.card.funds.sheets import read_sheet

LIST = "学号,姓名,金额（元）,备注\n14231100001,林小满,300,十一月\n\n14231200001,赵一鸣,12.50,\n"


def workbook(*rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encodings_of_offices(encoding):
    rows = read_sheet(LIST.encode(encoding))
    assert [(row.line, row.campus_no, row.name, row.amount) for row in rows] == [
        (2, "14231100001", "林小满", "300"),
        (4, "14231200001", "赵一鸣", "12.50"),
    ]


def test_a_workbook_is_read_with_its_numbers_as_they_are_typed():
    rows = read_sheet(
        workbook(["工号", "金额"], ["0020190123", 12.5], [14231100001, 300], ["1", 0.1 + 0.2], ["2", 1e5])
    )
    assert [(row.campus_no, row.amount) for row in rows] == [
        ("0020190123", "12.5"), ("14231100001", "300"), ("1", "0.3"), ("2", "100000"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"PK\x03\x04garbage",
        "学号,姓名\n1,2\n".encode(),
        "学号,金额\n".encode(),
        b"\x00\x01\x02",
        b"\xff\xfe",
    ],
)
def test_what_is_no_list_is_refused(content):
    with pytest.raises(SheetRefusedError):
        read_sheet(content)
