"""What offices' files said (历次文件): the lines of each batch of persons and units in effect, as they were landed, also as one Parquet.

`history/<source>/<batch>.parquet` in the data folder. Each heading is a column, by its place and name ("003 姓名"); what the landing seals is
sealed here too, whole, and a line is found by a keyed digest of its campus number or code. It says nothing that the landing does not, and is
written from it whenever it lacks: no backup needs it. Of shared tables the database itself knows what stood when."""

import json
import shutil
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from functools import partial
from itertools import batched
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from nanhu.kernel.clock import now_of_files
from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import blind_index_many, decrypt_many, encrypt_many, keys_in_effect
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.jobs import alone
from nanhu.kernel.secret_files import private_folder
from nanhu.platforms.datahub.cleaning.text import Cell, squeezed
from nanhu.platforms.datahub.models import Batch, HistoryFile
from nanhu.platforms.datahub.reading.headers import ELSE
from nanhu.platforms.datahub.services.files import sha256_of
from nanhu.platforms.datahub.services.landing import CHUNK, LANDING, NOTHING, blob_of, first_filled, read, written
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec
from nanhu.platforms.datahub.warehouse.engines import write_landed

KINDS: Final = frozenset({"units", "persons", "contacts"})
PURPOSE: Final = "datahub.history"
WORK: Final = ".work-"
END: Final = ".parquet"
OURS: Final = {
    "nanhu_batch": "BIGINT",
    "nanhu_source": "VARCHAR",
    "nanhu_at": "TIMESTAMP",
    "nanhu_sheet": "VARCHAR",
    "nanhu_line": "INTEGER",
    "nanhu_place": "INTEGER",
    "nanhu_key": "VARCHAR",
    "nanhu_sealed": "VARCHAR",
}
"""Before the columns of the file. `nanhu_at`: when it took effect, in UTC; `nanhu_place`: the order of the file."""
SEALED: Final = "nanhu_sealed"
KEY_LENGTH: Final = 32
LONGEST_LINE: Final = 32 << 20
MEMORY: Final = "512MiB"
LEFT_SECONDS: Final = 4 * 3600
"""So long nobody needs to write one."""
MOST_FILES: Final = 200
"""Of one turn; the rest the next."""


def files_of_offices() -> list[str]:
    return [key for key, spec in SOURCES.items() if spec.kind in KINDS]


def in_effect() -> QuerySet[Batch]:
    """The batches that have a file, or get one."""
    return Batch.objects.filter(source__in=files_of_offices(), state=Batch.State.APPLIED, pruned_at=None)


def folder() -> Path:
    return configuration().data_dir / "history"


def path_of(batch: Batch) -> Path:
    return folder() / batch.source / f"{batch.pk}{END}"


def follow() -> int:
    """Write what lacks, or is sealed by a key that was changed since, and remove what is in effect no more; how many. Killed anywhere, the
    next turn does the rest. One that cannot be written is logged, and tried again by the next."""
    over = gone()
    for one in over:
        forget(one)
    done = len(over)
    for batch_id in lacking()[:MOST_FILES]:
        with alone("a file of the history could not be written", batch=batch_id):
            done += keep(batch_id)
    sweep()
    return done


def lacking() -> list[int]:
    """The newest first: that is asked for most."""
    keys = keys_in_effect()
    stale = in_effect().filter(~Q(history_file__keys=keys) | Q(history_file=None)).values_list("pk", flat=True)
    there = {path.stem for path in folder().glob(f"*/*{END}")}
    kept = in_effect().filter(history_file__keys=keys).values_list("pk", flat=True)
    return sorted({*stale, *(one for one in kept if str(one) not in there)}, reverse=True)


def gone() -> list[Batch]:
    kept = HistoryFile.objects.select_related("batch").only("batch__source", "batch__state", "batch__pruned_at")
    return [one.batch for one in kept.exclude(batch__in=in_effect())]


def forget(batch: Batch) -> None:
    """Of a batch that is rolled back, or whose lines are pruned: the file, once that stands; one that cannot be removed now the next turn does."""
    HistoryFile.objects.filter(batch=batch).delete()
    transaction.on_commit(partial(path_of(batch).unlink, missing_ok=True), robust=True)


@transaction.atomic
def keep(batch_id: int) -> bool:
    """Whether there is one now. The batch is locked, so that it is not rolled back, nor pruned, nor written by another meanwhile."""
    batch = Batch.objects.select_for_update().defer("gone", "differences").get(pk=batch_id)
    if not in_effect().filter(pk=batch_id).exists():
        return False
    keys, place = keys_in_effect(), path_of(batch)
    private_folder(folder())
    work = private_folder(private_folder(place.parent) / f"{WORK}{uuid4()}")
    try:
        lines, fresh = work / "lines", work / "fresh"
        headings = headings_of(batch)
        with lines.open("w", encoding="utf-8") as file:
            for line in lines_of(batch, headings):
                file.write(f"{written(line)}\n")
        columns = {**OURS, **dict.fromkeys(headings.values(), "VARCHAR")}
        write_landed(
            {
                "lines": str(lines),
                "columns": columns,
                "bytes": [SEALED],
                "longest": LONGEST_LINE,
                "memory": MEMORY,
                "fresh": str(fresh),
            }
        )
        fresh.chmod(0o600)
        said = {"sha256": sha256_of(fresh), "size_bytes": fresh.stat().st_size, "keys": keys}
        fresh.replace(place)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    HistoryFile.objects.update_or_create(batch=batch, defaults=said)
    return True


def headings_of(batch: Batch) -> dict[str, str]:
    """By heading its column. Of a workbook whose sheets have different headings, also those that stand beside the others'."""
    beside = all_rows(
        "SELECT DISTINCT jsonb_object_keys(raw -> 'cells') FROM datahub_landing_row WHERE batch_id = %s", [batch.pk]
    )
    named = dict.fromkeys(own_headings(batch) + sorted(heading for (heading,) in beside))
    return {heading: f"{place:03d} {heading}" for place, heading in enumerate(named, start=1)}


def own_headings(batch: Batch) -> list[str]:
    return list(dict.fromkeys(filter(None, batch.headings)))


def heading_in(column: str, own: Sequence[str] = ()) -> str:
    """`own`: the headings of its batch. Who reads many files takes columns whose names differ in capitals alone for one."""
    place, _blank, heading = column.partition(" ")
    return own[int(place) - 1] if int(place) <= len(own) else heading


def lines_of(batch: Batch, headings: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """As they came, in the order of the file, whatever was mended since."""
    spec = SOURCES[batch.source]
    taken = batch.finished_at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ") if batch.finished_at else None
    head = {"nanhu_batch": batch.pk, "nanhu_source": batch.source, "nanhu_at": taken}
    rows = batch.rows.order_by("id").values_list("sheet", "line", Cast("raw", TextField()), "sealed")
    place = 0
    for chunk in batched(rows.iterator(chunk_size=CHUNK), CHUNK):
        plain = [one["cells"] for one in read(row[2] for row in chunk)]
        opened = decrypt_many([blob_of(row[3]) for row in chunk], purpose=LANDING)
        secret = [json.loads(one) if one != NOTHING else {} for one in opened]
        keys = keys_of([key_in(spec, batch.columns, {**one, **two}) for one, two in zip(plain, secret, strict=True)])
        sealed = encrypt_many(opened, purpose=PURPOSE)
        for row, cells, key, blob in zip(chunk, plain, keys, sealed, strict=True):
            place += 1
            yield {
                **head,
                "nanhu_sheet": row[0],
                "nanhu_line": row[1],
                "nanhu_place": place,
                "nanhu_key": key,
                SEALED: b64encode(blob).decode(),
                **{headings[heading]: said(cell) for heading, cell in cells.items()},
            }


def said(cell: Cell) -> str:
    return cell if isinstance(cell, str) else written(cell)


def key_in(spec: SourceSpec, columns: Mapping[str, str], cells: Mapping[str, Cell]) -> str:
    """The campus number of a line, or the code of a unit: whose it is; "" where it says none that can be read."""
    header = columns.get("code" if spec.kind == "units" else "campus_no", "")
    return key_as(spec, first_filled(cells, header) if ELSE in header else cells.get(header))


def key_as(spec: SourceSpec, cell: Cell) -> str:
    return spec.number.clean(cell) if spec.number else squeezed(cell).upper()


def keys_of(texts: Sequence[str]) -> list[str | None]:
    """Digests under a key of ours: equal ones are found, none is read."""
    indexes = blind_index_many(texts, purpose=PURPOSE)
    return [index.hex()[:KEY_LENGTH] if text else None for text, index in zip(texts, indexes, strict=True)]


def sweep() -> None:
    """What a killed one left, and files that nobody knows of: of a database that was restored to before them."""
    if not folder().is_dir():
        return
    oldest = now_of_files(folder()) - LEFT_SECONDS
    known = {f"{source}/{pk}" for source, pk in HistoryFile.objects.values_list("batch__source", "batch_id")}
    for path in folder().glob("*/*"):
        with suppress(FileNotFoundError):
            if path.name.startswith(WORK) and path.stat().st_mtime < oldest:
                shutil.rmtree(path, ignore_errors=True)
            elif path.suffix == END and f"{path.parent.name}/{path.stem}" not in known:
                path.unlink()
