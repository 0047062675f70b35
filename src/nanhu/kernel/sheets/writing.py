"""Tables that people open in a spreadsheet: one rule for every export by which no cell runs as a formula.

A spreadsheet runs a cell that begins with = + - or @, also in full width, and some of them after blanks, tabs or line breaks
that one does not see. Such a cell gets an apostrophe before it and stays text. A number stays a number.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.functional import Promise
from django.utils.http import content_disposition_header

if TYPE_CHECKING:
    from nanhu.kernel.sheets.declared import Column

MEMORY = 4 * 1024 * 1024
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILLED_IN = 500
"""Lines of a form in which codes and numbers stay text, so that no zero is lost."""
BYTE_ORDER_MARK = "\ufeff"
RUNNING = ("=", "+", "-", "@")
BREAKS = ("\t", "\r", "\n")
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories of what leaves no mark: controls, formats (zero width), blanks of every width."""


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: object) -> str:
    text = "" if value is None else str(value)
    if NUMBER.fullmatch(text):
        return text
    return f"'{text}" if text.startswith(BREAKS) or first_seen(text) in RUNNING else text


def first_seen(text: str) -> str:
    """The first character that leaves a mark, in its narrow form."""
    for one in text:
        if unicodedata.category(one) not in UNSEEN:
            return unicodedata.normalize("NFKC", one)[:1]
    return ""


def csv_lines(heads: Iterable[object], rows: Iterable[Iterable[object]], *, is_quoted: bool = False) -> Iterator[str]:
    """Line by line, as it may be streamed: UTF-8 with its mark. `is_quoted`: each cell in quotation marks."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL)
    yield BYTE_ORDER_MARK + writer.writerow([safe_cell(one) for one in heads])
    for cells in rows:
        yield writer.writerow([safe_cell(one) for one in cells])


def sheet_response(lines: Iterator[list[object]], name: str, kind: str) -> HttpResponseBase:
    """The first of the lines are the heads."""
    answer: HttpResponseBase
    if kind == "xlsx":
        answer = FileResponse(workbook(lines), content_type=WORKBOOK)
    else:
        text = chain.from_iterable(csv_lines(heads, lines, is_quoted=True) for heads in (next(lines),))
        answer = StreamingHttpResponse(text, content_type="text/csv; charset=utf-8")
    return attachment(answer, f"{name}.{kind}")


def attachment[Answer: HttpResponseBase](answer: Answer, file_name: str) -> Answer:
    """Saved under this name, and kept by nobody on the way."""
    answer["Content-Disposition"] = str(content_disposition_header(as_attachment=True, filename=file_name))
    answer["Cache-Control"] = "no-store"
    return answer


def workbook(lines: Iterable[list[object]]) -> "SpooledTemporaryFile[bytes]":
    """Read from its beginning; closed by the answer that sends it."""
    from openpyxl import Workbook  # half a second of every start, for some calls a day

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for cells in lines:
        sheet.append([typed_cell(one) for one in cells])
    file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(MEMORY)  # noqa: SIM115 - the answer closes it
    book.save(file)
    file.seek(0)
    return file


def typed_cell(value: object) -> object:
    """Numbers stay numbers; everything else is text that no spreadsheet runs."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    return safe_cell(str(value) if isinstance(value, Promise) else value)


def form(
    columns: "Sequence[Column]", rows: Iterable[Mapping[str, str]] = (), *, name: str, above: Sequence[str] = ()
) -> bytes:
    """A form to fill in, or one that is filled: what stands above, the heads, text in every cell, choices to pick from."""
    from openpyxl import Workbook  # half a second of every start, for some calls a week
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  (a new workbook has one)
    sheet.title = name
    for line, words in enumerate(above, start=1):
        cell = sheet.cell(row=line, column=1, value=safe_cell(words))
        if line == 1:
            cell.font, cell.alignment = Font(size=16, bold=True), Alignment(horizontal="center")
            sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(columns))
    top = len(above) + 1
    filled = [[row.get(column.key, "") for column in columns] for row in rows]
    last = top + max(len(filled), FILLED_IN)
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        head = sheet.cell(row=top, column=place, value=column.head)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="DCEBF2")
        whole = sheet.column_dimensions[letter]
        whole.width, whole.number_format = column.width, "@"
        for line, cells in enumerate(filled, start=top + 1):
            sheet.cell(row=line, column=place, value=safe_cell(cells[place - 1])).number_format = "@"
        if column.choices:
            rule = DataValidation(type="list", formula1='"' + ",".join(column.choices) + '"', allow_blank=True)
            rule.add(f"{letter}{top + 1}:{letter}{last}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = f"A{top + 1}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
