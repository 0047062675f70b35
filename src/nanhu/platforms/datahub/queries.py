"""Reads for pages, the bench and the scoring."""

from collections.abc import Mapping

from nanhu.platforms.datahub.models import Batch, LandingRow
from nanhu.platforms.people import api as people

type Place = tuple[str, int]


def decisions() -> Mapping[Place, int | None]:
    """(file, line) → person, or None where the row was not taken. Only batches that are applied."""
    rows = LandingRow.objects.filter(batch__state=Batch.State.APPLIED).order_by("batch_id", "line")
    listed = list(rows.values_list("batch__file_name", "line", "person_id").iterator(chunk_size=10_000))
    heirs = people.heirs({person_id for *_place, person_id in listed if person_id})
    return {(name, line): heirs.get(person_id, person_id) for name, line, person_id in listed}


def last_batches(*, applied_only: bool = False) -> dict[str, Batch]:
    """The last batch of each source that was meant for good, or that took effect."""
    batches = Batch.objects.filter(is_dry_run=False, **({"state": Batch.State.APPLIED} if applied_only else {}))
    batches = batches.defer("gone", "differences").order_by("source", "-id").distinct("source")
    return {batch.source: batch for batch in batches}
