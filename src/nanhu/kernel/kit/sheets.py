"""Handing out a sheet, as CSV line by line or as a workbook; the one rule against formulas holds in both."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain
from tempfile import SpooledTemporaryFile

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.functional import Promise
from django.utils.http import content_disposition_header

from nanhu.kernel.spreadsheets import csv_lines, safe_cell

MEMORY = 4 * 1024 * 1024
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet_response(lines: Iterator[list[object]], name: str, kind: str) -> HttpResponseBase:
    """The first of the lines are the heads."""
    answer: HttpResponseBase
    if kind == "xlsx":
        answer = FileResponse(workbook(lines), content_type=WORKBOOK)
    else:
        text = chain.from_iterable(csv_lines(heads, lines, is_quoted=True) for heads in (next(lines),))
        answer = StreamingHttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = str(content_disposition_header(as_attachment=True, filename=f"{name}.{kind}"))
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
