"""The file itself: its fingerprint, and the batch it becomes."""

import hashlib
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.sheets.guard import check_size
from nanhu.platforms.datahub.errors import AlreadyImportedError, OvertakenError
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch, DataSource, Issue, SharedRow
from nanhu.platforms.datahub.services.code_rules import day_of, school_codes
from nanhu.platforms.datahub.services.rules_version import program_rules, rules_version
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec

CHUNK: Final = 1 << 20
UNFINISHED: Final = (Batch.State.LANDING, Batch.State.LANDED, Batch.State.UNMAPPED)
MENDED_BY_OTHERS: Final = ("unit_unknown", "person_unknown", "name_mismatch", "campus_no_phone", "campus_no_taken")
"""What a line is refused for until another office's file says more."""


def sha256_of(path: Path) -> str:
    check_size(path)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def applied_before(spec: SourceSpec, sha256: str) -> Batch | None:
    """Only where it is the last that happened, and is read today as it was then: after another file (or write into its table), or by
    other rules, it says something anew."""
    same = Batch.objects.filter(source=spec.key, sha256=sha256, state=Batch.State.APPLIED).order_by("-id").first()
    return same if same is None or (is_last(spec, same) and is_read_alike(spec, same)) else None


def is_last(spec: SourceSpec, batch: Batch) -> bool:
    later = Batch.objects.filter(source=spec.key, state=Batch.State.APPLIED, finished_at__gt=batch.finished_at)
    if spec.kind != "shared":
        return not later.exists()
    rows = SharedRow.objects.filter(table_key=spec.table, valid_from__gt=batch.finished_at).exclude(batch=batch)
    return not later.exists() and not rows.exists()


def is_read_alike(spec: SourceSpec, batch: Batch) -> bool:
    """By the same program, codes, aliases and words of its source, and beside what the other offices said then."""
    made = DataSource.objects.filter(Q(key=spec.key) | Q(fills=spec.key), changed_at__gt=batch.finished_at)
    if spec.kind == "shared":
        return batch.rules.startswith(program_rules()) and not made.exists()
    is_same = batch.rules == rules_version() and school_codes(day_of(batch)) == school_codes(campus_today())
    return is_same and not made.exists() and not is_mended_by_others(batch)


def is_mended_by_others(batch: Batch) -> bool:
    """Lines of it were refused for want of a unit or a person, and others told of such since. One that changed nothing told nothing:
    else two sources with such lines were read anew for each other for ever."""
    told = Batch.objects.filter(source__in=SOURCES, state=Batch.State.APPLIED, finished_at__gt=batch.finished_at)
    told = told.exclude(change_sets=[])
    refused = Issue.objects.filter(batch=batch, code__in=MENDED_BY_OTHERS, resolved_at=None)
    return refused.exists() and told.exclude(source=batch.source).exists()


def refuse_outdated(batch: Batch) -> None:
    """Under the lock of whoever is about to let it take effect. Of a list that is whole by the terms it names (`scopes` of its
    counts), by a later one of the same terms."""
    spec = source(batch.source)
    if spec.kind == "large":  # while it waits no other is taken
        return
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
