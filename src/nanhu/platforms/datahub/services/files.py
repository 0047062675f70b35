"""The file itself: its fingerprint, and the batch it becomes."""

import hashlib
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from nanhu.kernel.actors import Actor
from nanhu.kernel.sheets.guard import check_size
from nanhu.platforms.datahub.errors import AlreadyImportedError, OvertakenError
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch, SharedRow
from nanhu.platforms.datahub.sources import SourceSpec

CHUNK: Final = 1 << 20
UNFINISHED: Final = (Batch.State.LANDING, Batch.State.LANDED, Batch.State.UNMAPPED)


def sha256_of(path: Path) -> str:
    check_size(path)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def applied_before(spec: SourceSpec, sha256: str) -> Batch | None:
    """Only where it is the last that happened: after another file (or write into its table) it says something anew."""
    same = Batch.objects.filter(source=spec.key, sha256=sha256, state=Batch.State.APPLIED).order_by("-id").first()
    return same if same is None or is_last(spec, same) else None


def is_last(spec: SourceSpec, batch: Batch) -> bool:
    later = Batch.objects.filter(source=spec.key, state=Batch.State.APPLIED, finished_at__gt=batch.finished_at)
    if spec.kind != "shared":
        return not later.exists()
    rows = SharedRow.objects.filter(table_key=spec.table, valid_from__gt=batch.finished_at).exclude(batch=batch)
    return not later.exists() and not rows.exists()


def refuse_outdated(batch: Batch) -> None:
    """Under the lock of whoever is about to let it take effect. Of a list that is whole by the terms it names (`scopes` of its
    counts), by a later one of the same terms."""
    spec = source(batch.source)
    if (before := applied_before(spec, batch.sha256)) is not None:
        raise AlreadyImportedError(batch=before.id)
    if not spec.is_whole or spec.kind not in {"persons", "shared"}:
        return
    own = set(batch.counts.get("scopes", ()))
    for last, counts in applied_after(batch).values_list("id", "counts"):
        if not spec.whole_by or own & set(counts.get("scopes", ())):
            raise OvertakenError(later=last)


def applied_after(batch: Batch) -> QuerySet[Batch]:
    return Batch.objects.filter(source=batch.source, state=Batch.State.APPLIED, id__gt=batch.id).order_by("-id")


def was_applied(source: str, sha256: str) -> bool:
    return Batch.objects.filter(source=source, sha256=sha256, state=Batch.State.APPLIED).exists()


@transaction.atomic
def open_batch(*, by: Actor, spec: SourceSpec, path: Path, file_name: str, sha256: str, dry_run: bool) -> Batch:
    """A batch that was killed half-way is taken up again: nothing golden was written by it yet. Not where another took
    effect since: what is said now is said after that."""
    batch = (
        Batch.objects.select_for_update()
        .filter(source=spec.key, sha256=sha256, state__in=UNFINISHED, is_dry_run=dry_run)
        .order_by("id")
        .first()
    )
    if batch is not None and not applied_after(batch).exists():
        return batch
    return Batch.objects.create(
        source=spec.key,
        file_name=file_name,
        sha256=sha256,
        size_bytes=path.stat().st_size,
        is_dry_run=dry_run,
        is_repeat=was_applied(spec.key, sha256),
        account_id=by.account_id,
        actor=by.name,
    )
