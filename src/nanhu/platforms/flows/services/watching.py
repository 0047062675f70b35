"""The clock: what is late is told at 80 % and 100 % of its promise, then to the post above with each further promise."""

from datetime import timedelta
from typing import Final

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.kernel.jobs import alone
from nanhu.platforms.flows import hours
from nanhu.platforms.flows.assigning import OWNER_OFFICE, Holder, pool
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.flows.policies import LIVING
from nanhu.platforms.flows.rules import lateness
from nanhu.platforms.flows.services.engine import Walk, locked_case
from nanhu.platforms.flows.telling import tell
from nanhu.platforms.people import api as people

BY = Actor.system("flows.clock")
MEASURED: Final = timedelta(days=90)
ENOUGH: Final = 20
MEASURE: Final = """
    UPDATE flows_definition d SET usual_minutes = m.usual, longer_minutes = m.longer
      FROM flows_definition every LEFT JOIN (
            SELECT definition_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY used_minutes) AS usual,
                   percentile_disc(0.9) WITHIN GROUP (ORDER BY used_minutes) AS longer
              FROM flows_case
             WHERE used_minutes IS NOT NULL AND closed_at > %(since)s AND outcome IN ('granted', 'refused')
             GROUP BY definition_id HAVING count(*) >= %(enough)s) m ON m.definition_id = every.id
     WHERE d.id = every.id AND (d.usual_minutes, d.longer_minutes) IS DISTINCT FROM (m.usual, m.longer)"""


def measure() -> int:
    """How long cases of the last 90 days took: half of them, and nine of ten, where there were enough."""
    return int(run(MEASURE, {"since": now() - MEASURED, "enough": ENOUGH}))


def tell_late() -> int:
    """Tasks of running cases that reached a further level; each level once. Returns how many were told."""
    rows = Task.objects.filter(state__in=LIVING, due_at__isnull=False, case__state="running").exclude(kind="confirm")
    rows = rows.select_related("case__definition__unit", "case__version").exclude(case__due_at=None)
    late = [row.pk for row in rows.iterator(chunk_size=500) if level_of(row) > row.level]
    told = 0
    for task_id in late:
        with alone("flows.lateness_not_told", task=task_id):
            told += tell_level(task_id)
    return told


def level_of(row: Task) -> int:
    """In hundredths of what was promised for the step, else for the process; a task that was decided meanwhile has none."""
    promised = row.case.body.step(row.step).promise or row.case.promised
    if row.due_at is None or not promised:
        return 0
    return lateness(hours.used_of(promised, row.due_at, now(), hours.unit_of(row.case)), promised)


def tell_level(task_id: int) -> int:
    with transaction.atomic():
        case = locked_case(Task.objects.values_list("case_id", flat=True).get(pk=task_id))
        row = Task.objects.get(pk=task_id)
        row.case = case
        level = level_of(row)
        if row.state not in LIVING or case.due_at is None or level <= row.level:
            return 0
        row.level = level
        row.save(update_fields=["level"])
        walk = Walk(case, by=BY)
        walk.note("nearly_late" if level < 100 else "late", step=row.step, words=f"{level}%")  # noqa: PLR2004  (per cent)
        holder = Holder(
            why=row.why,
            person_id=row.claimed_by_id or row.person_id,
            unit_id=None if row.claimed_by_id else row.pool_unit_id,
            office=row.pool_office,
        )
        tell([holder, *heads_above(case, level // 100 - 1)], case, f"{level}%")
        return 1


def heads_above(case: Case, further: int) -> list[Holder]:
    """Of whom each further promise is told: the owner's head at the first, then the one above, at last who stands at the top."""
    unit = case.definition.unit
    if further < 1 or unit is None:
        return []
    codes = people.unit_codes_upwards(unit.code)
    unit_ids = people.unit_ids_by_code(codes)
    return pool(unit_ids[codes[min(further, len(codes)) - 1]], OWNER_OFFICE, case, why="owner")
