"""What a source said, as a file of our own: the names of its columns, then a row a line in JSON, in an order that is always the same."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from nanhu.kernel.configuration import configuration
from nanhu.kernel.sheets.guard import MEGABYTE, MOST_ROWS
from nanhu.platforms.datahub.cleaning.text import Cell, text_of
from nanhu.platforms.datahub.errors import SpoolLargeError
from nanhu.platforms.datahub.reading.headers import Headings
from nanhu.platforms.datahub.reading.rows import RawRow, Table, row_of, unique_headings
from nanhu.platforms.datahub.reading.unknown import unknown_columns

REMOVED: Final = "nanhu removed"
"""A heading of ours: a line that says something here is of a row that is no more."""
MARK: Final = b'{"nanhu rows":'
SUFFIX: Final = ".rows"
SAMPLE: Final = 30
LONGEST_CELL: Final = 20_000
MOST_COLUMNS: Final = 500
in_order: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def is_spool(path: Path) -> bool:
    """What `write_spool` wrote; by its first bytes, as an office may call a file what it likes."""
    with path.open("rb") as file:
        return path.suffix == SUFFIX and file.read(len(MARK)) == MARK


def write_spool(
    path: Path,
    rows: Iterable[Mapping[str, Any]],
    names: Mapping[str, str],
    columns: Iterable[str] = (),
    keys: Callable[[Sequence[str]], Sequence[str]] = lambda _headers: (),
) -> int:
    """How many. `names`: its name of a column → ours; `columns`: those that it has even where no row says so; `keys`: which
    headings make the key. The same rows in another order are the same file, but those of one key stay in the order in which they
    came: the later one stands."""
    lines, headers, size = list[str](), {names.get(name, name): None for name in columns}, 0
    most, early, places = (
        configuration().upload_limit_mb * MEGABYTE,
        keys(list(headers)) if headers else (),
        list[str](),
    )
    for row in rows:
        cells = {names.get(name, name): cell_of(value) for name, value in row.items()}
        if not cells.keys() <= headers.keys():
            headers |= dict.fromkeys(cells)
        lines.append(in_order(cells))
        if early:
            places.append(place_of(cells, lines[-1], early))
        size += len(lines[-1].encode(errors="replace"))
        if len(lines) > MOST_ROWS or len(headers) > MOST_COLUMNS or size > most:
            raise SpoolLargeError(what=f"> {MOST_ROWS} × {MOST_COLUMNS}, > {most // MEGABYTE} MiB")
    own = keys(list(headers))
    if not own:
        lines.sort()
    elif own == early:
        lines = [lines[n] for n in sorted(range(len(lines)), key=places.__getitem__)]
    else:
        lines.sort(key=partial(key_of, keys=own))
    with path.open("w", encoding="utf-8", errors="replace") as file:
        file.write(MARK.decode() + json.dumps(sorted(headers), ensure_ascii=False) + "}\n")
        file.writelines(f"{line}\n" for line in lines)
    return len(lines)


def key_of(line: str, keys: Sequence[str]) -> str:
    return place_of(json.loads(line), line, keys)


def place_of(cells: Mapping[str, Any], line: str, keys: Sequence[str]) -> str:
    """Its key; the whole line where it has none."""
    found = [text_of(cells.get(one)) for one in keys]
    return chr(31).join(found) if all(found) else line


def cell_of(value: Any) -> Cell:
    """As a cell of a workbook would hold it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        value = text_in(bytes(value))
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = str(value)[:LONGEST_CELL]
    return text if text.isprintable() else "".join(max(sign, " ") for sign in text)


def text_in(value: bytes) -> str:
    """UTF-8, or as older systems keep it; of other bytes nobody knows what they say, and U+FFFD tells so."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("gb18030", "replace")


def headers_of(path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8") as file:
        return unique_headings(tuple(json.loads(file.readline())["nanhu rows"]))


def read_spool(path: Path, headings: Headings) -> Table:
    headers = headers_of(path)
    with path.open(encoding="utf-8") as file:
        file.readline()
        first = [json.loads(line) for line in islice(file, SAMPLE)]
        expected = len(first) + sum(1 for _line in file)
    claims = headings.claims(headers)
    below = [[row.get(header) for header in headers] for row in first]
    missing = tuple(unknown_columns(headers, claims, headings, below))
    rows = rows_in(path, headers)
    return Table(headers, claims.columns, rows, expected=expected, missing=missing, contested=claims.contested)


def rows_in(path: Path, headers: tuple[str, ...]) -> Iterator[RawRow]:
    with path.open(encoding="utf-8") as file:
        file.readline()
        for line, text in enumerate(file, start=1):
            row = json.loads(text)
            yield row_of(line, headers, [row.get(header) for header in headers])
