"""The clock: what is late is told at 80 % and 100 % of its promise, then to the post above with each further promise."""

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.flows import hours
from nanhu.platforms.flows.assigning import OWNER_OFFICE, Holder, pool
from nanhu.platforms.flows.models import Task
from nanhu.platforms.flows.policies import LIVING
from nanhu.platforms.flows.rules import lateness
from nanhu.platforms.flows.services.engine import Walk, locked_case
from nanhu.platforms.flows.telling import tell

BY = Actor.system("flows.clock")


def tell_late() -> int:
    """Tasks of running cases that reached a further level; each level once. Returns how many were told."""
    rows = Task.objects.filter(state__in=LIVING, due_at__isnull=False, case__state="running")
    rows = rows.select_related("case__definition").exclude(case__due_at=None)
    late = [row.pk for row in rows.iterator(chunk_size=500) if level_of(row) > row.level]
    return sum(tell_level(task_id) for task_id in late)


def level_of(row: Task) -> int:
    """In hundredths of the promise; a task that was decided meanwhile has none."""
    if row.due_at is None:
        return 0
    moment = now()
    left = hours.minutes_between(moment, row.due_at)
    promised = hours.minutes_between(row.opened_at, row.due_at)
    return lateness(promised - left, max(promised, 1))


def tell_level(task_id: int) -> int:
    with transaction.atomic():
        case = locked_case(Task.objects.values_list("case_id", flat=True).get(pk=task_id))
        row = Task.objects.get(pk=task_id)
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
        above = pool(case.definition.unit_id, OWNER_OFFICE, case, why="owner") if level > 100 else []  # noqa: PLR2004
        tell([holder, *above], case, f"{level}%：{case}")
        return 1
