"""One rule for every export by which no cell runs, whatever stands before it that nobody sees."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from nanhu.kernel.sheets.writing import csv_lines, safe_cell

HOUSE = Path(__file__).parents[3]
SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫"
BEFORE = [
    "",
    " ",
    "\u3000",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "\u2003",
    " \t\u3000",
    "\x00",
    "\x1f",
]


@pytest.mark.parametrize("before", BEFORE, ids=ascii)
@pytest.mark.parametrize("sign", SIGNS)
def test_a_cell_that_would_run_is_text(before, sign):
    hostile = f"{before}{sign}1+1"
    assert safe_cell(hostile) == f"'{hostile}"
    [_heads, row] = csv.reader(io.StringIO("".join(csv_lines(["a", "b"], [[hostile, 7]])), newline=""))
    assert row == [f"'{hostile}", "7"]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_workbook_keeps_it_as_text_too(sign):
    book, out = Workbook(), io.BytesIO()
    book.active["A1"] = safe_cell(f" {sign}1+1")
    book.save(out)
    cell = load_workbook(io.BytesIO(out.getvalue())).active["A1"]
    assert (cell.data_type, cell.value) == ("s", f"' {sign}1+1")


@pytest.mark.parametrize("value", ["-12.50", "0", "12.50", 7, -7, "20240518", "-0.01"])
def test_a_number_stays_a_number(value):
    assert safe_cell(value) == str(value)


@pytest.mark.parametrize("value", ["自选快餐", "", "A=1", "1-2", "a@b.cn", "2026-11-26", "（−¥ 8.50）", "10:30"])
def test_ordinary_words_are_left_alone(value):
    assert safe_cell(value) == value
    assert safe_cell(None) == ""


@given(st.text(max_size=12))
def test_whatever_is_written_begins_with_no_sign(text):
    shown = safe_cell(text)
    assert shown in {text, f"'{text}"}
    assert not re.match(r"[=+@]|-(?!\d+(\.\d+)?$)", shown, re.ASCII)


def test_heads_are_cells_as_well_and_the_file_says_that_it_is_utf_8():
    [line, *_] = csv_lines(["=1", "名"], [])
    assert line == "\ufeff'=1,名\r\n"


def test_every_file_for_a_spreadsheet_is_written_by_this_rule():
    """A new export that writes by itself is found here."""
    sources = {
        file.relative_to(HOUSE).as_posix(): file.read_text("utf-8")
        for room in ("kernel", "platforms", "systems", "services")
        for file in (HOUSE / room).rglob("*.py")
        if "tests" not in file.parts
    }
    writers = {
        name
        for name, text in sources.items()
        if re.search(r"csv\.(Dict)?[wW]riter|Workbook\(\)|content_type=.text/csv", text)
    }
    guarded = re.compile(r"\b(safe_cell|csv_lines|csv_answer)\b")
    elsewhere = {  # a view that streams what the named neighbour wrote
        "platforms/payments/views/payouts.py": "platforms/payments/services/payout_files.py",
        "systems/card/closing/views/payouts.py": "systems/card/closing/services/payouts.py",
        "platforms/payments/views/days.py": "platforms/payments/vouchers.py",
        "services/network/desk.py": "services/network/services/handovers.py",
    }
    for_engines = {"platforms/datahub/feeding/large.py"}  # which nobody opens: cell by cell what the source said
    assert writers >= for_engines
    assert len(writers - for_engines) > 4, "the search finds nothing"
    assert {name for name in writers - for_engines if not guarded.search(sources[elsewhere.get(name, name)])} == set()
