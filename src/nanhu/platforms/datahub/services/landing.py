"""Landing (落地): every row of the file is kept as it came, by COPY; cells are sealed by their column and, in every column,
by their looks."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any, Final

import msgspec
from django.db import connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from nanhu.kernel.crypto import Sealed, decrypt_many, encrypt_many
from nanhu.kernel.sheets.errors import EmptyFileError
from nanhu.platforms.datahub.cleaning.masking import looks_sensitive
from nanhu.platforms.datahub.cleaning.text import Cell, is_empty, text_of
from nanhu.platforms.datahub.models import Batch, LandingRow
from nanhu.platforms.datahub.reading.headers import ELSE, parts_of
from nanhu.platforms.datahub.reading.rows import RawRow, Table
from nanhu.platforms.datahub.sources import SourceSpec

CHUNK: Final = 2000
LANDING: Final = "datahub.landing"
NOTHING: Final = "{}"
NULLS: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
plain: Final = json.JSONEncoder(ensure_ascii=False).encode
quick: Final = msgspec.json.Encoder().encode


class StoredRow(msgspec.Struct, frozen=True, gc=False):
    """A landing row opened: `cells` as they came, with what a clerk mended laid over them."""

    row_id: int
    line: int
    cells: dict[str, Cell]
    original: dict[str, Cell]
    extra: int = 0
    formulas: tuple[str, ...] = ()
    is_torn: bool = False


def written(value: Any) -> str:
    """As JSON. What the quick writer does not know, as a whole number of more than twenty digits, the other does."""
    try:
        return quick(value).decode()
    except (OverflowError, TypeError, ValueError):
        return plain(value)


@transaction.atomic
def land(
    batch_id: int, table: Table, spec: SourceSpec, *, report: Callable[[int, int], None] = lambda _done, _expected: None
) -> None:
    """All rows or none. The batch row is locked, so that two runs of one file do not land it twice."""
    batch = Batch.objects.select_for_update().get(id=batch_id)
    if batch.state != Batch.State.LANDING:
        return
    sensitive = sensitive_headers(table, spec)
    with connection.cursor() as cursor:
        statement = "COPY datahub_landing_row (batch_id, sheet, line, raw, sealed, state, created_at) FROM STDIN"
        with cursor.cursor.copy(statement) as copy:
            count = 0
            for rows in batched(table.rows, CHUNK):
                for values in landing_values(batch, rows, sensitive):
                    copy.write_row(values)
                count += len(rows)
                report(count, table.expected)
    if count == 0:
        raise EmptyFileError
    batch.state = Batch.State.UNMAPPED if table.missing or table.contested else Batch.State.LANDED
    batch.headings, batch.columns, batch.note = list(table.headers), table.columns, table.note
    batch.save(update_fields=["state", "headings", "columns", "note"])


def sensitive_headers(table: Table, spec: SourceSpec) -> set[str]:
    """Each column that is, or may yet be said to be, of a sensitive field."""
    claims = [(name, [header, *parts_of(header)]) for name, header in table.columns.items()]
    return {
        one
        for name, headers in [*claims, *table.contested.items()]
        if spec.fields[name].is_sensitive
        for one in headers
    }


def landing_values(batch: Batch, rows: Sequence[RawRow], sensitive: set[str]) -> Iterator[tuple[Any, ...]]:
    plain, secret = [], []
    looks: dict[str, bool] = {}
    for row in rows:
        hidden: dict[str, Cell] = {}
        shown: dict[str, Cell] = {}
        for header, cell in row.cells.items():
            if cell is not None:
                is_hidden = header in sensitive or looks_known(cell, looks)
                (hidden if is_hidden else shown)[header] = cell
        torn = {"is_torn": True} if row.is_torn else {}
        plain.append(written({"cells": shown, "extra": len(row.extra), "formulas": row.formulas} | torn))
        secret.append(written(hidden) if hidden else NOTHING)
    state = LandingRow.State.LANDED.value
    for row, text, blob in zip(rows, plain, encrypt_many(secret, purpose=LANDING), strict=True):
        yield batch.id, row.sheet, row.line, without_nulls(text), blob, state, batch.created_at


def without_nulls(text: str) -> str:
    """JSON that the database takes. What somebody typed, a stroke and u0000, stays."""
    return NULLS.sub(r"\1", text) if "\\u0000" in text else text


def looks_known(cell: Cell, looks: dict[str, bool]) -> bool:
    """A column mostly says the same again and again."""
    if not isinstance(cell, str):
        return looks_sensitive(cell)
    if cell not in looks:
        looks[cell] = looks_sensitive(cell)
    return looks[cell]


def stored_rows(batch: Batch, *, states: Iterable[str] = (), row_ids: Iterable[int] = ()) -> Iterator[StoredRow]:
    """Rows of a batch in the order of the file."""
    rows = LandingRow.objects.filter(batch=batch)
    rows = rows.filter(state__in=list(states)) if states else rows
    rows = rows.filter(id__in=list(row_ids)) if row_ids else rows
    columns = ("id", "line", Cast("raw", TextField()), "sealed", "mended")
    joined = [header for header in batch.columns.values() if ELSE in header]
    for chunk in batched(rows.order_by("id").values_list(*columns).iterator(chunk_size=CHUNK), CHUNK):
        opened = decrypt_many([blob_of(row[3]) for row in chunk], purpose=LANDING)
        for row, raw, secret in zip(chunk, read(row[2] for row in chunk), opened, strict=True):
            yield opened_row(row, raw, json.loads(secret) if secret != NOTHING else {}, joined)


def read(texts: Iterable[str]) -> list[dict[str, Any]]:
    """All at once, at half the cost of one by one."""
    found: list[dict[str, Any]] = json.loads(f"[{','.join(texts)}]")
    return found


def blob_of(sealed: Any) -> bytes:
    return bytes(sealed.blob if isinstance(sealed, Sealed) else sealed)


def opened_row(
    row: tuple[Any, ...], raw: Mapping[str, Any], secret: Mapping[str, Cell], joined: Sequence[str]
) -> StoredRow:
    """`joined`: headings of fields for which several columns count, the first that is filled."""
    original = {**raw["cells"], **secret}
    mended = json.loads(row[4].open()) if row[4] is not None else {}
    formulas = tuple(header for header in raw.get("formulas", ()) if header not in mended)
    cells = {**original, **mended}
    for header in joined:
        cells[header] = first_filled(cells, header)
    is_torn = bool(raw.get("is_torn")) and not mended
    return StoredRow(row[0], row[1], cells, original, raw.get("extra", 0), formulas, is_torn)


def first_filled(cells: Mapping[str, Cell], header: str) -> Cell:
    """A row of another sheet may stand under the joined heading itself."""
    return next((cells[one] for one in (*parts_of(header), header) if not is_empty(text_of(cells.get(one)))), None)
