"""A table as CSV for a spreadsheet, line by line."""

from collections.abc import Iterable, Iterator, Sequence
from csv import writer

from django.http import StreamingHttpResponse

BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_answer(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(csv_lines(heads, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    to = writer(Echo())
    yield BYTE_ORDER_MARK + to.writerow(heads)
    for row in rows:
        yield to.writerow([cell(value) for value in row])


def cell(value: object) -> str:
    """What a spreadsheet would run as a formula is kept as text: an attacker chooses his browser's name."""
    shown = "" if value is None else str(value)
    return f"'{shown}" if shown.startswith(FORMULA_STARTS) else shown
