"""What a source says that fills a large table (大表): a file of lines, however many, of which no two are held at once."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.kernel.sheets.guard import MEGABYTE
from nanhu.platforms.datahub.errors import SourceFailedError
from nanhu.platforms.datahub.models import DataSource
from nanhu.platforms.datahub.reading.spool import cell_of
from nanhu.platforms.datahub.snapshots.taking import is_parquet
from nanhu.platforms.datahub.warehouse.declared import LARGE, declared
from nanhu.platforms.datahub.warehouse.engines import first_rows

SECONDS: Final = 4 * 3600
"""To fetch it; it is cleaned no longer (`warehouse/engines.py`)."""
LARGEST: Final = 20 * 1024 * MEGABYTE
HEAD: Final = MEGABYTE
"""Of a file, for its first lines."""
MOST_ROWS: Final = 1_000_000_000


def is_large(made: DataSource) -> bool:
    return made.fills.startswith(LARGE)


def key_of(made: DataSource) -> str:
    return made.fills.removeprefix(LARGE)


def write_lines(made: DataSource, path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """How many. What is no column of the first row is none of the table."""
    delimiter, count = declared(key_of(made)).table.delimiter, 0
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        for count, row in enumerate(rows, start=1):
            if count == 1:
                out = csv.DictWriter(file, list(row), restval="", extrasaction="ignore", delimiter=delimiter)
                out.writeheader()
            out.writerow({name: cell_of(value) for name, value in row.items()})
            if file.tell() > LARGEST:
                raise SourceFailedError(why=_("超过 %d MiB") % (LARGEST // MEGABYTE))
    return count


def first_lines(made: DataSource, path: Path, count: int) -> Iterator[Mapping[str, Any]]:
    """What Parquet says only the engine reads; of one that was not fetched whole the columns alone."""
    if is_parquet(path):
        yield from first_rows(path, count if path.stat().st_size <= HEAD else 0)
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            yield from islice(csv.DictReader(file, delimiter=declared(key_of(made)).table.delimiter), count)
        except (csv.Error, UnicodeDecodeError):
            raise SourceFailedError(why=_("读不出：要 UTF-8 的 CSV")) from None


def columns_in(made: DataSource, headers: Sequence[str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Which field stands under which heading, and the headings that lack: a snapshot needs all."""
    there = {one.casefold() for one in headers}
    wanted = {name: one.heading for name, one in declared(key_of(made), made.columns).table.fields.items()}
    found = tuple((name, heading) for name, heading in wanted.items() if heading.casefold() in there)
    return found, tuple(heading for heading in wanted.values() if heading.casefold() not in there)
