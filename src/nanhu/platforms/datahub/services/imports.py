"""Walking a file all the way: fingerprint, landing, cleaning, golden. Each step can be repeated after a crash."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.jobs import ProgressHandle
from nanhu.kernel.sheets.errors import FileRefusedError
from nanhu.kernel.sheets.guard import OLE, check_size, format_of
from nanhu.platforms.datahub.errors import (
    AlreadyImportedError,
    OvertakenError,
    SourceRefusedError,
    TooMuchError,
    UnknownSourceError,
)
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.reading.csvfile import read_csv
from nanhu.platforms.datahub.reading.headers import Headings
from nanhu.platforms.datahub.reading.marked import is_marked
from nanhu.platforms.datahub.reading.rows import Table
from nanhu.platforms.datahub.reading.spool import is_spool, read_spool
from nanhu.platforms.datahub.reading.workbook import read_marked, read_old_workbook, read_workbook
from nanhu.platforms.datahub.services.code_rules import day_of
from nanhu.platforms.datahub.services.files import applied_before, open_batch, sha256_of
from nanhu.platforms.datahub.services.headings import remembered
from nanhu.platforms.datahub.services.judging import clean_rows
from nanhu.platforms.datahub.services.landing import StoredRow, land, stored_rows
from nanhu.platforms.datahub.services.landing_progress import LandingProgress
from nanhu.platforms.datahub.services.originals import keep_original
from nanhu.platforms.datahub.services.rules_version import rules_version
from nanhu.platforms.datahub.services.settle import settle_batch
from nanhu.platforms.datahub.services.settle_shared import settle_shared
from nanhu.platforms.datahub.services.settle_units import lookups_for, settle_units
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec

STEP: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReport:
    """`state` is the batch's, or "duplicate" when the same file was applied before: then nothing was done."""

    batch: int
    source: str
    file_name: str
    state: str
    counts: dict[str, Any] = field(default_factory=dict)
    differences: tuple[dict[str, str], ...] = ()

    @property
    def is_duplicate(self) -> bool:
        return self.state == "duplicate"


def import_file(
    *,
    by: Actor,
    path: Path,
    source_key: str,
    dry_run: bool = False,
    progress: ProgressHandle | None = None,
    file_name: str = "",
    waits: bool = False,
) -> BatchReport:
    """Raises FileRefusedError when the file as a whole cannot be read; a batch that says why is kept. `waits`: at the gate where
    it would do too much to a shared table, else it is refused."""
    spec, name = source(source_key), file_name or path.name
    if spec.kind == "large":  # no line of it belongs into the database
        raise UnknownSourceError(key=source_key, known="、".join(SOURCES))
    check_size(path)
    sha256 = sha256_of(path)
    if (before := applied_before(spec, sha256)) is not None:
        return BatchReport(batch=before.id, source=spec.key, file_name=name, state="duplicate")
    batch = open_batch(by=by, spec=spec, path=path, file_name=name, sha256=sha256, dry_run=dry_run)
    if progress is not None:
        Batch.objects.filter(id=batch.id).update(progress_id=progress.public_id)
    if batch.state == Batch.State.LANDING:
        keep_original(batch.id, path)
        land_or_refuse(batch, path, spec, progress)
    return report_of(finish(by=by, batch_id=batch.id, progress=progress, waits=waits))


def land_or_refuse(batch: Batch, path: Path, spec: SourceSpec, progress: ProgressHandle | None) -> None:
    try:
        with LandingProgress(progress) as report:
            land(batch.id, open_table(path, spec), spec, report=report)
    except FileRefusedError as refused:
        Batch.objects.filter(id=batch.id).update(state=Batch.State.REFUSED, note=refused.message, finished_at=now())
        raise


def open_table(path: Path, spec: SourceSpec) -> Table:
    """Raises FileRefusedError with a sentence for the clerk."""
    check_size(path)
    headings = Headings(spec, remembered(spec))
    with path.open("rb") as file:
        head = file.read(512)
    if is_spool(path):
        return read_spool(path, headings)
    if head.startswith(OLE):
        return read_old_workbook(path, headings)
    if is_marked(head):
        return read_marked(path, headings)
    return read_workbook(path, headings) if format_of(path) == "xlsx" else read_csv(path, headings)


def finish(*, by: Actor, batch_id: int, progress: ProgressHandle | None = None, waits: bool = False) -> Batch:
    """From landed to applied, rehearsed or waiting. Where columns are not known it stays as it is."""
    batch = Batch.objects.get(id=batch_id)
    if batch.state == Batch.State.UNMAPPED:
        return batch
    spec = source(batch.source)
    stored = with_progress(stored_rows(batch), batch.rows.count(), progress)
    if spec.kind == "shared":
        return settle_or_refuse(by=by, batch=batch, stored=stored, waits=waits)
    if spec.kind == "units":
        return settled(batch, lambda: settle_units(by=by, batch_id=batch.id, stored=stored))
    rules = rules_version()  # before them: of an alias that is added meanwhile it is not known whether it was read
    lookups = lookups_for(spec, day_of(batch))
    rows = clean_rows(spec, batch.columns, stored, lookups, campus_today())
    if progress is not None:
        progress.advance(len(rows), _("正在归并并写入主数据…"), total=len(rows))
    return settled(batch, lambda: settle_batch(by=by, batch_id=batch.id, rows=rows, rules=rules))


def settled(batch: Batch, settle: Callable[[], Batch]) -> Batch:
    """A list that says nothing new, or that a later one overtook, is refused as a whole."""
    try:
        return settle()
    except (AlreadyImportedError, OvertakenError) as refused:
        Batch.objects.filter(id=batch.id).update(state=Batch.State.REFUSED, note=refused.message, finished_at=now())
        raise


def settle_or_refuse(*, by: Actor, batch: Batch, stored: Iterable[StoredRow], waits: bool) -> Batch:
    """A file that may not change its table is refused as a whole, and handed in again when it may; what is read by itself waits."""
    try:
        return settle_shared(by=by, batch_id=batch.id, stored=stored)
    except (SourceRefusedError, TooMuchError, AlreadyImportedError, OvertakenError) as refused:
        if waits and isinstance(refused, TooMuchError):
            return settle_shared(by=by, batch_id=batch.id, stored=stored_rows(batch), much=refused)
        Batch.objects.filter(id=batch.id).update(state=Batch.State.REFUSED, note=refused.message, finished_at=now())
        raise


def with_progress(rows: Iterable[StoredRow], total: int, progress: ProgressHandle | None) -> Iterator[StoredRow]:
    for done, row in enumerate(rows, start=1):
        if progress is not None and done % STEP == 0:
            progress.advance(done, _("正在清洗…"), total=total)
        yield row


def report_of(batch: Batch) -> BatchReport:
    return BatchReport(
        batch=batch.id,
        source=batch.source,
        file_name=batch.file_name,
        state=batch.state,
        counts=batch.counts,
        differences=tuple(batch.differences),
    )
