"""A table as a file for a spreadsheet."""

from collections.abc import Iterable, Sequence

from django.http import StreamingHttpResponse

from nanhu.kernel.sheets.writing import csv_lines


def csv_answer(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(csv_lines(heads, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
