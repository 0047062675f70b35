"""Reads for pages, the bench and the scoring."""

from collections.abc import Mapping
from typing import Final

from nanhu.kernel.database.values import all_rows
from nanhu.platforms.datahub.models import Batch, LandingRow
from nanhu.platforms.people import api as people

type Place = tuple[str, int]
KNOWN: Final = """
    WITH RECURSIVE known AS (
        SELECT min(source) AS source FROM datahub_batch
        UNION ALL
        SELECT (SELECT min(more.source) FROM datahub_batch more WHERE more.source > known.source)
        FROM known WHERE known.source IS NOT NULL
    )"""
"""From source to source by the index, for a table that is followed has thousands of batches a day."""
LAST: Final = f"""{KNOWN}
    SELECT last.id FROM known CROSS JOIN LATERAL (
        SELECT id FROM datahub_batch one WHERE one.source BETWEEN known.source AND known.source AND NOT is_dry_run
        AND (NOT %(applied_only)s OR state = 'applied') ORDER BY one.source, id DESC LIMIT 1
    ) AS last"""  # noqa: S608 - of constants
"""BETWEEN: by =, the planner would walk back through the batches of all others, too."""

COURSES: Final = f"""{KNOWN}, steps AS (
        SELECT source, 9223372036854775807 AS id, 0 AS step FROM known WHERE source IS NOT NULL
        UNION ALL
        SELECT source, (
            SELECT id FROM datahub_batch one WHERE one.source BETWEEN steps.source AND steps.source AND one.id < steps.id
            AND state = 'applied' ORDER BY one.source, id DESC LIMIT 1
        ), step + 1 FROM steps WHERE id IS NOT NULL AND step < %(most)s
    )
    SELECT id FROM steps WHERE id IS NOT NULL AND step > 0"""  # noqa: S608 - of constants
"""Of each source the last in effect, one step back after another: by LIMIT 12 the planner would sort all that a source has."""


def decisions() -> Mapping[Place, int | None]:
    """(file, line) → person, or None where the row was not taken. Only batches that are applied."""
    rows = LandingRow.objects.filter(batch__state=Batch.State.APPLIED).order_by("batch_id", "line")
    listed = list(rows.values_list("batch__file_name", "line", "person_id").iterator(chunk_size=10_000))
    heirs = people.heirs({person_id for *_place, person_id in listed if person_id})
    return {(name, line): heirs.get(person_id, person_id) for name, line, person_id in listed}


def last_batches(*, applied_only: bool = False) -> dict[str, Batch]:
    """The last batch of each source that was meant for good, or that took effect."""
    ids = [number for (number,) in all_rows(LAST, {"applied_only": applied_only})]
    return {one.source: one for one in Batch.objects.defer("gone", "differences").filter(pk__in=ids).order_by("source")}


def courses_of_batches(most: int) -> dict[str, list[Batch]]:
    """Of each source the last batches in effect, the oldest first."""
    ids = [number for (number,) in all_rows(COURSES, {"most": most})]
    found: dict[str, list[Batch]] = {}
    for one in Batch.objects.defer("gone", "differences", "gate").filter(pk__in=ids).order_by("pk"):
        found.setdefault(one.source, []).append(one)
    return found
