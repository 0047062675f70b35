"""A list of people and sums as an office hands it in: CSV (UTF-8 or GB 18030) or xlsx, one header line. Pure."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from nanhu.systems.card.funds.errors import SheetRefusedError, SheetTooLongError

MOST_ROWS: Final = 60_000
MOST_UNPACKED: Final = 200 * 1024 * 1024
HEADERS: Final = {
    "campus_no": ("学工号", "学号", "工号", "编号"),
    "name": ("姓名",),
    "amount": ("金额", "金额(元)", "金额（元）", "发放金额"),
    "note": ("备注", "说明"),
}
NEEDED: Final = ("campus_no", "amount")
type Headers = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A line of the file, as it was typed."""

    line: int
    campus_no: str
    name: str
    amount: str
    note: str


def read_sheet(content: bytes) -> list[SheetRow]:
    return [SheetRow(line=line, **said) for line, said in read_columns(content, HEADERS, NEEDED)]


def read_columns(content: bytes, headers: Headers, needed: Iterable[str]) -> list[tuple[int, dict[str, str]]]:
    """Each line's number and its cells by the key of their column; a column that is not there is empty."""
    lines = enumerate(workbook_lines(content) if content.startswith(b"PK") else text_lines(content), start=1)
    top = next(((number, cells) for number, cells in lines if any(cells)), None)
    if top is None:
        raise SheetRefusedError(fault="empty")
    columns = columns_of(top[1], headers, needed)
    rows: list[tuple[int, dict[str, str]]] = []
    for number, cells in lines:
        if not any(cells):
            continue
        if len(rows) == MOST_ROWS:
            raise SheetTooLongError(most=MOST_ROWS)
        rows.append((number, {key: cell(cells, columns.get(key)) for key in headers}))
    if not rows:
        raise SheetRefusedError(fault="empty")
    return rows


def columns_of(heads: list[str], headers: Headers, needed: Iterable[str]) -> dict[str, int]:
    found = {
        key: place
        for key, names in headers.items()
        for place, head in enumerate(heads)
        if head.replace(" ", "") in names
    }
    if any(key not in found for key in needed):
        raise SheetRefusedError(fault="header")
    return found


def cell(cells: list[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def text_lines(content: bytes) -> Iterator[list[str]]:
    text = decoded(content)
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [value.strip() for value in row]
    except csv.Error as error:
        raise SheetRefusedError(fault="broken") from error


def decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise SheetRefusedError(fault="broken")


def workbook_lines(content: bytes) -> Iterable[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(member.file_size for member in packed.infolist()) > MOST_UNPACKED:
                raise SheetTooLongError(most=MOST_ROWS)
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            grid = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError, LookupError) as error:
        raise SheetRefusedError(fault="broken") from error
    return ([typed(value) for value in row] for row in grid)


def typed(value: Any) -> str:
    """A number as the program that made the file shows it, in fifteen digits: the sum of 0.1 and 0.2 is 0.3. A campus number kept
    as text stays text."""
    if isinstance(value, float):
        return format(Decimal(f"{value:.15g}"), "f")
    return "" if value is None else str(value).strip()
