"""Files as systems write them: .xls of before 2007, pages and XML under that name, other separators under titles, lines at the foot."""

import struct

import pytest

from nanhu.kernel.sheets.errors import FileRefusedError
from nanhu.platforms.datahub.tests.conftest import id_number, register, student
from nanhu.platforms.datahub.tests.test_strangers_files import names

pytestmark = pytest.mark.django_db
HEADER = register().strip().split(",")
BOTH = [HEADER, student().split(","), student(no="14231100002", name="王芳", document=id_number(order=3)).split(",")]
TWO = {"14231100001": "李明", "14231100002": "王芳"}


def html(rows):
    lines = "".join("<tr>" + "".join(f"<td x:str>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><head><meta charset=utf-8></head><body><table><tr><td colspan=15>学籍名册</td></tr>{lines}</table></body></html>"


def xml_2003(rows):
    lines = "".join(
        "<Row>"
        + "".join(
            f'<Cell ss:Index="{n}"><Data ss:Type="String">{cell}</Data></Cell>' for n, cell in enumerate(row, 1) if cell
        )
        + "</Row>"
        for row in rows
    )
    return (
        '<?xml version="1.0"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="学生"><Table>{lines}</Table></Worksheet></Workbook>'
    )


def record(kind, body):
    return struct.pack("<HH", kind, len(body)) + body


def text_cell(row, column, text):
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def xls(rows, *, name="Sheet1", extra=b""):
    """The least of a BIFF8 workbook in the least of a compound file."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    sheet_begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    cells = b"".join(text_cell(r, c, cell) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell)
    sheet = sheet_begin + cells + extra + record(0x000A, b"")
    bound = struct.pack("<IBBBB", 0, 0, 0, len(name), 0) + name.encode()
    offset = len(record(0x0809, begin)) + len(record(0x0085, bound)) + len(record(0x000A, b""))
    bound = struct.pack("<IBBBB", offset, 0, 0, len(name), 0) + name.encode()
    stream = record(0x0809, begin) + record(0x0085, bound) + record(0x000A, b"") + sheet
    return compound(stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\x00"))


def compound(stream):
    sectors = len(stream) // 512
    entries = [0xFFFFFFFD, 0xFFFFFFFE, *(n + 3 for n in range(sectors - 1)), 0xFFFFFFFE]
    table = struct.pack(f"<{len(entries)}I", *entries).ljust(512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    head = head.ljust(512, b"\xff")

    def entry(name, kind, start, size, child=0xFFFFFFFF):
        text = name.encode("utf-16-le") + b"\x00\x00"
        return (
            text.ljust(64, b"\x00")
            + struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    folder = entry("Root Entry", 5, 0xFFFFFFFE, 0, 1) + entry("Workbook", 2, 2, len(stream))
    return head + table + folder.ljust(512, b"\x00") + stream


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("网页.xls", html(BOTH).encode()),
        ("网页.xls", html(BOTH).replace("utf-8", "gb2312").encode("gb18030")),
        ("网页.xls", "\ufeff".encode() + html(BOTH).encode()),
        ("2003.xls", xml_2003(BOTH).encode()),
        ("旧.xls", xls(BOTH)),
        ("金山.et", xls(BOTH)),
        ("制表符.txt", "湖南理工学院,学籍,名册\n\n" + "\n".join("\t".join(row) for row in BOTH)),
        ("分号.csv", "学籍名册\n" + "\n".join(";".join(row) for row in BOTH)),
        ("竖线.txt", "学籍名册，共 2 人\n" + "\n".join("|".join(row) for row in BOTH)),
    ],
    ids=["html", "html gb", "html mark", "xml 2003", "xls", "et", "tab", "semicolon", "pipe"],
)
def test_it_reads_what_systems_call_a_sheet(hand_in, units, name, content):
    report = hand_in(content, name=name)
    assert (names(), report.counts["rejected"]) == (TWO, 0)


def test_lines_at_the_foot_are_no_people(hand_in, units):
    feet = [
        "合计,2 人",
        "制表人：王五,,审核人：赵六,2026-11-28",
        "打印时间：2026-11-28,,,",
        "注：本表一式两份",
        "负责人：,钱七",
    ]
    report = hand_in(register(student(), *feet))
    assert (report.counts["accepted"], report.counts["skipped"], report.counts["rejected"]) == (1, 5, 0)


def test_an_old_workbook_whose_cells_reach_too_far_is_refused_in_bounds(hand_in, units):
    with pytest.raises(FileRefusedError):
        hand_in(xls(BOTH, extra=text_cell(65535, 255, "x")), name="远.xls")
    assert names() == {}


@pytest.mark.parametrize(
    "content", [b"<html><body>nothing</body></html>", b"<table></table>", b"<?xml version='1.0'?><a/>"]
)
def test_a_page_without_a_table_is_refused(hand_in, content):
    with pytest.raises(FileRefusedError):
        hand_in(content, name="网页.xls")


def test_a_page_that_claims_to_be_wide_is_not_believed(hand_in, units):
    content = html(BOTH).replace("colspan=15", "colspan=99999999")
    assert hand_in(content.encode(), name="网页.xls").counts["accepted"] == 2
