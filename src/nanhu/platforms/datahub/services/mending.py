"""Mending rejected rows and playing them again (重放)."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.datahub.cleaning.text import is_empty, text_of
from nanhu.platforms.datahub.errors import NotMendableError, ReplayTooMuchError, RowStateError, RowStillWrongError
from nanhu.platforms.datahub.gate_words import sentences_of as gate_sentences
from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch, Issue, LandingRow
from nanhu.platforms.datahub.reading.headers import parts_of
from nanhu.platforms.datahub.sentences import sentence_of
from nanhu.platforms.datahub.services import gate
from nanhu.platforms.datahub.services.code_rules import day_of
from nanhu.platforms.datahub.services.judging import Judged, clean_rows
from nanhu.platforms.datahub.services.landing import stored_rows
from nanhu.platforms.datahub.services.outcome import sample_of, states_of
from nanhu.platforms.datahub.services.rebuilding import rebuild, rows_that_count
from nanhu.platforms.datahub.services.settle import REPLAYABLE, lock_batch, settle_rows
from nanhu.platforms.datahub.services.settle_units import lookups_for
from nanhu.platforms.people import api as people

ALIKE: Final = frozenset(
    {
        "unit_code",
        "unit_name",
        "category",
        "status",
        "starts_on",
        "ends_on",
        "sex",
        "ethnicity",
        "nationality",
        "document_kind",
    }
)
"""Fields whose wrong spelling is wrong alike in other rows; names and numbers are one person's."""


def mend_row(*, by: Actor, row_id: int, values: Mapping[str, str], reason: str = "") -> LandingRow:
    """Lay these cells (by header) over a rejected row of an applied batch and play it again.

    A row that is still wrong is refused with its reasons; what was typed is kept, for that transaction is over by then.
    """
    row = lay_over(by=by, row_id=row_id, values=values, reason=reason)
    if row.state == LandingRow.State.REJECTED:
        raise RowStillWrongError(reasons=" ".join(reasons_of(row)))
    return row


@transaction.atomic
def mend_alike(*, by: Actor, row_id: int) -> int:
    """What was mended in this row, in all refused rows of its batch that say the same there: something, for what lacks is each one's
    own. How many of them are taken now."""
    people.lock_golden()
    row = LandingRow.objects.select_related("batch").get(id=row_id)
    (stored,) = stored_rows(row.batch, row_ids=[row_id])
    shared = {one for name in ALIKE & row.batch.columns.keys() for one in parts_of(row.batch.columns[name])}
    meant = {
        header: stored.cells[header]
        for header in shared
        if stored.cells.get(header) != stored.original.get(header)
        and not is_empty(text_of(stored.original.get(header)))
    }
    refused = list(stored_rows(row.batch, states=[LandingRow.State.REJECTED]))
    laid = {
        one.row_id: {
            header: cell for header, cell in meant.items() if one.cells.get(header) == stored.original.get(header)
        }
        for one in refused
    }
    rows = list(LandingRow.objects.filter(id__in=[key for key, cells in laid.items() if cells]))
    for other in rows:
        kept = json.loads(other.mended) if other.mended else {}
        other.mended = json.dumps(kept | laid[other.pk], ensure_ascii=False)
    LandingRow.objects.bulk_update(rows, ["mended"], batch_size=500)
    played = replay_rows(by=by, batch_id=row.batch_id, row_ids=[one.pk for one in rows], is_gated=True) if rows else []
    facts = {"headers": sorted(meant), "rows": len(rows)}
    audit.record(by=by, action="datahub.mend_alike", target=f"landing_row:{row_id}", facts=facts)
    return sum(one.state == LandingRow.State.ACCEPTED for one in played)


@transaction.atomic
def lay_over(*, by: Actor, row_id: int, values: Mapping[str, str], reason: str) -> LandingRow:
    people.lock_golden()
    row = rejected(row_id)
    kept = json.loads(row.mended) if row.mended else {}
    row.mended = json.dumps({**kept, **values}, ensure_ascii=False)
    row.save(update_fields=["mended"])
    audit.record(
        by=by,
        action="datahub.mend_row",
        target=f"landing_row:{row_id}",
        reason=reason,
        facts={"headers": sorted(values)},
    )
    replay_rows(by=by, batch_id=row.batch_id, row_ids=[row_id])
    row.refresh_from_db()
    return row


def rejected(row_id: int) -> LandingRow:
    """Another steward may have mended it since the page was opened; a settled row is not settled twice. Read under `lock_golden`,
    which whoever settles rows holds."""
    row = LandingRow.objects.get(id=row_id)
    if row.state != LandingRow.State.REJECTED:
        raise RowStateError(line=row.line, state=row.get_state_display())
    return row


def reasons_of(row: LandingRow) -> list[str]:
    found = Issue.objects.filter(row=row, severity__in=["reject", "review"], resolved_at=None).order_by("id")
    return [sentence_of(issue.code, issue.facts) for issue in found]


@transaction.atomic
def replay(*, by: Actor, batch_id: int) -> dict[str, int]:
    """Play all rejected rows of a batch again: units or people they lacked may have come since."""
    people.lock_golden()
    ids = list(
        LandingRow.objects.filter(batch_id=batch_id, state=LandingRow.State.REJECTED).values_list("id", flat=True)
    )
    rows = replay_rows(by=by, batch_id=batch_id, row_ids=ids, is_gated=True) if ids else []
    accepted = sum(row.state == LandingRow.State.ACCEPTED for row in rows)
    audit.record(
        by=by, action="datahub.replay", target=f"batch:{batch_id}", facts={"rows": len(ids), "accepted": accepted}
    )
    return {"rows": len(ids), "accepted": accepted, "rejected": len(ids) - accepted}


def replay_rows(*, by: Actor, batch_id: int, row_ids: Sequence[int], is_gated: bool = False) -> list[Judged]:
    batch = lock_batch(batch_id, REPLAYABLE)
    if source(batch.source).kind == "shared":
        raise NotMendableError
    stored = stored_rows(batch, row_ids=row_ids)
    spec = source(batch.source)
    rows = clean_rows(spec, batch.columns, stored, lookups_for(spec, day_of(batch)), campus_today())
    Issue.objects.filter(row_id__in=row_ids, resolved_at=None).update(resolved_at=now())
    living = people.living_count(spec.affiliation) if is_gated else 0
    result, _counts = settle_rows(by=by, batch=batch, rows=rows, dry_run=False)
    if is_gated and (found := gate.replayed(batch, rows, result, living)):
        raise ReplayTooMuchError(found=" ".join(gate_sentences(found)))
    note_replay(batch, rows, result)
    keep_order(by=by, batch=batch, row_ids=row_ids)
    return rows


def keep_order(*, by: Actor, batch: Batch, row_ids: Sequence[int]) -> None:
    """Of whom later files spoke as well, the rows are told again in the order of the files: a row of March that is mended in May
    does not undo what April said, also where April said once more what stood already."""
    played = LandingRow.objects.filter(id__in=row_ids, state=LandingRow.State.ACCEPTED)
    roots = people.families(set(played.values_list("person_id", flat=True)))
    later = rows_that_count(roots).filter(batch_id__gt=batch.pk).values_list("person_id", flat=True).distinct()
    if ids := {roots[one] for one in later}:
        rebuild(by=by, person_ids=ids, reason="")


def note_replay(batch: Batch, rows: Sequence[Judged], result: people.ApplyResult) -> None:
    batch.counts = {**batch.counts, **states_of(batch), "replayed": batch.counts.get("replayed", 0) + len(rows)}
    batch.differences = [*batch.differences, *sample_of(result.differences)][:200]
    if result.change_set_id:
        batch.change_sets = [*batch.change_sets, result.change_set_id]
    batch.save(update_fields=["counts", "differences", "change_sets"])
