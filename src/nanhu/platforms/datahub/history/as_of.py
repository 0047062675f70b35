"""As of a day (历次文件): what the files of an office said on it, of all or of one campus number or unit; and how they came to say it.

Asked are the Parquet files of the batches that stand today and took effect until the end of that day. Whole lists: the newest; of files that
each name a part, the newest line of each number. What is shown is masked."""

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nanhu.kernel.clock import end_of
from nanhu.kernel.crypto import decrypt_many, keys_in_effect, mask_id_number
from nanhu.platforms.datahub.cleaning.masking import masked
from nanhu.platforms.datahub.errors import (
    HistoryBehindError,
    LargeTableFailedError,
    LargeTableLookError,
    UnknownSourceError,
)
from nanhu.platforms.datahub.history import parquet
from nanhu.platforms.datahub.models import Batch, HistoryFile
from nanhu.platforms.datahub.reading.headers import parts_of
from nanhu.platforms.datahub.services.files import sha256_of
from nanhu.platforms.datahub.services.landing import NOTHING
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec
from nanhu.platforms.datahub.warehouse.engines import read_landed
from nanhu.platforms.people import api as people

MOST_LINES: Final = 400
MOST_OF_ONE: Final = 2000
"""Of one number, in files of each day those of five years."""
ORDER: Final = "ORDER BY nanhu_at, nanhu_batch, nanhu_place"
BACKWARDS: Final = "ORDER BY nanhu_at DESC, nanhu_batch DESC, nanhu_place DESC"
NEWEST: Final = (
    "SEMI JOIN (SELECT nanhu_batch, nanhu_place FROM landed {where}"
    f" QUALIFY row_number() OVER (PARTITION BY nanhu_key {BACKWARDS}) = 1) AS newest USING (nanhu_batch, nanhu_place)"
)
"""Which are the newest is found by the narrow columns: whole lines of a dozen files are more than the memory that it has."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file; `cells` by their headings, masked; `number`: whose it is (a campus number that is known, or a unit's code)."""

    batch: Batch
    sheet: str
    line: int
    number: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AsOf:
    """`count`: how many lines there are, of which `lines` are the first."""

    batches: Sequence[Batch]
    count: int
    lines: Sequence[Line]

    @property
    def numbers(self) -> set[str]:
        return {line.number for line in self.lines if line.number}


def office_source(key: str) -> SourceSpec:
    if key not in parquet.files_of_offices():
        raise UnknownSourceError(key=key, known="、".join(parquet.files_of_offices()))
    return SOURCES[key]


def is_whole(spec: SourceSpec) -> bool:
    """One file says all. A list of units closes none, but says each that there is."""
    return spec.is_whole or spec.kind == "units"


def said_on(key: str, day: date, *, number: str = "", most: int = MOST_LINES) -> AsOf:
    """What stands of the files until the end of that day. `number`: of one, written as in a file."""
    spec = office_source(key)
    batches = until(spec, day)
    if is_whole(spec):
        return answer_of(spec, batches[-1:], number=number, most=most, is_read_through=True)
    return answer_of(spec, batches, number=number, most=most, newest=True)


def course_of(key: str, day: date, number: str) -> AsOf:
    """The lines of one number in all files until the end of that day, the oldest first; of too many the newest."""
    spec = office_source(key)
    return answer_of(spec, until(spec, day), number=number, most=MOST_OF_ONE, order=BACKWARDS)


def until(spec: SourceSpec, day: date) -> list[Batch]:
    told = parquet.in_effect().filter(source=spec.key, finished_at__lt=end_of(day))
    return list(told.defer("gone", "differences").order_by("finished_at", "id"))


def answer_of(
    spec: SourceSpec,
    batches: Sequence[Batch],
    *,
    number: str,
    most: int = MOST_LINES,
    newest: bool = False,
    is_read_through: bool = False,
    order: str = ORDER,
) -> AsOf:
    """`order`: of what is left where there is more than `most`."""
    refuse_other_digests(batches)
    there = [one for one in batches if is_there(one, is_read_through=is_read_through)]
    wanted = parquet.keys_of([parquet.key_as(spec, number)])[0] if number else None
    if not there or (number and wanted is None):
        return AsOf(there, 0, [])
    where = f"WHERE nanhu_key = '{wanted}'" if wanted else "WHERE nanhu_key IS NOT NULL" if newest else ""
    chosen = f"SELECT * FROM landed {NEWEST.format(where=where) if newest else where}"
    shown = f"* EXCLUDE (nanhu_source, nanhu_at, nanhu_key, {parquet.SEALED}), to_base64({parquet.SEALED}) AS {parquet.SEALED}"
    ask = {
        "count": f"SELECT count(*) AS n FROM ({chosen})",
        "lines": f"SELECT {shown} FROM (SELECT * FROM ({chosen}) {order} LIMIT {most:d}) {ORDER}",
    }
    found = read(there, ask)
    return AsOf(there, found["count"][0]["n"], list(lines_of(spec, {one.pk: one for one in there}, found["lines"])))


def read(batches: Sequence[Batch], ask: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Where that fails, what is not as it was written is written anew, and read again."""
    files = [str(parquet.path_of(one)) for one in batches]
    try:
        return read_landed(files, ask)
    except LargeTableLookError:
        broken = [one for one in batches if not is_sound(one, is_read_through=True)]
        if not broken or not all(map(written_anew, broken)):
            raise
    return read_landed(files, ask)


def refuse_other_digests(batches: Sequence[Batch]) -> None:
    """A number is found by its digest: after a rotation of the index key in no file that was written before. The worker writes them anew,
    and no request does. What is sealed by a former data key is read by that, until the worker has come to it."""
    behind = HistoryFile.objects.filter(batch__in=batches).exclude(keys__endswith=index_part(keys_in_effect()))
    if count := behind.count():
        raise HistoryBehindError(count=count)


def index_part(keys: str) -> str:
    return keys[keys.rindex("/") :]


def is_there(batch: Batch, *, is_read_through: bool) -> bool:
    """Written anew where it lacks, or is not what was written."""
    return is_sound(batch, is_read_through=is_read_through) or written_anew(batch)


def is_sound(batch: Batch, *, is_read_through: bool) -> bool:
    kept, path = HistoryFile.objects.filter(batch=batch).first(), parquet.path_of(batch)
    if kept is None or not path.is_file() or path.stat().st_size != kept.size_bytes:
        return False
    return not is_read_through or sha256_of(path) == kept.sha256


def written_anew(batch: Batch) -> bool:
    """Raises LargeTableLookError where the disk is full, or the folder is not ours to write."""
    try:
        return parquet.keep(batch.pk)
    except (OSError, LargeTableFailedError) as failed:
        fault = failed.facts["fault"] if isinstance(failed, LargeTableFailedError) else type(failed).__name__
        raise LargeTableLookError(fault=fault) from failed


def lines_of(spec: SourceSpec, batches: Mapping[int, Batch], rows: Sequence[Mapping[str, Any]]) -> Iterable[Line]:
    opened = decrypt_many([b64decode(row[parquet.SEALED]) for row in rows], purpose=parquet.PURPOSE)
    secret = [json.loads(text) if text != NOTHING else {} for text in opened]
    of_batch = [batches[row["nanhu_batch"]] for row in rows]
    own = {pk: parquet.own_headings(batch) for pk, batch in batches.items()}
    plain = (plain_of(row, own[row["nanhu_batch"]]) for row in rows)
    cells = [{**said, **hidden} for said, hidden in zip(plain, secret, strict=True)]
    keys = [parquet.key_in(spec, batch.columns, one) for batch, one in zip(of_batch, cells, strict=True)]
    known = set(keys) if spec.kind == "units" else people.holders_of(set(keys)).keys()
    for row, batch, one, key in zip(rows, of_batch, cells, keys, strict=True):
        number = key if key in known else ""
        yield Line(batch, row["nanhu_sheet"], row["nanhu_line"], number, shown_cells(spec, batch, one, number))


def plain_of(row: Mapping[str, Any], own: Sequence[str]) -> dict[str, str]:
    ours = parquet.OURS.keys()
    return {parquet.heading_in(name, own): cell for name, cell in row.items() if name not in ours and cell is not None}


def shown_cells(spec: SourceSpec, batch: Batch, cells: Mapping[str, Any], number: str) -> dict[str, str]:
    """In the order of the file. A phone or a document is masked whatever it looks like, other cells by their looks."""
    fields = spec.fields
    hidden = {
        one
        for name, header in batch.columns.items()
        if name in fields and fields[name].is_sensitive
        for one in (header, *parts_of(header))
    }
    named = {**dict.fromkeys(one for one in batch.headings if one in cells), **cells}
    texts = {heading: parquet.said(cells[heading]) for heading in named}
    return {
        heading: mask_id_number(text) if heading in hidden else masked(text, number) for heading, text in texts.items()
    }
