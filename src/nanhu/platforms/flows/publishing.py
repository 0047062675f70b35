"""Cases and tasks as other systems know them: rows of the shared tables `flows.case` and `flows.task`, without what was said."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import alone
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows.models import Case, Task
from nanhu.platforms.people import api as people

BY: Final = Actor.system("flows.publish")
LATELY: Final = timedelta(days=8)
"""What was closed before was published before; it is longer than a reopened case may rest (seven days)."""


def publish_rows() -> int:
    """What is open, and what was closed of late; an announcement that everybody confirms is none of it. Gives how many rows changed."""
    recent = Q(closed_at=None) | Q(closed_at__gte=now() - LATELY)
    cases = Case.objects.filter(recent).exclude(definition__key="flows.announcement")
    numbers = people.numbers_by_person()
    tasks = Task.objects.filter(case__in=cases).select_related("case")
    found = cases.select_related("definition__unit").order_by("pk")
    told = 0
    with alone("flows.cases_not_published"):
        told += datahub.put_own("flows.case", case_rows(found, numbers), by=BY)
    with alone("flows.tasks_not_published"):
        told += datahub.put_own("flows.task", task_rows(tasks.order_by("pk"), numbers), by=BY)
    return told


def case_rows(cases: Iterable[Case], numbers: Mapping[int, str]) -> Iterator[Mapping[str, Any]]:
    for case in cases:
        unit = case.definition.unit
        yield {
            "number": case.number,
            "process": case.definition.key,
            "process_name": case.definition.name[:100],
            "unit_code": unit.code if unit else None,
            "campus_no": numbers.get(case.applicant_id or 0),
            "state": case.state,
            "outcome": case.outcome or None,
            "opened_at": case.opened_at,
            "closed_at": case.closed_at,
            "used_minutes": case.used_minutes,
            "returns": case.returns,
            "rating": case.rating,
        }


def task_rows(tasks: Iterable[Task], numbers: Mapping[int, str]) -> Iterator[Mapping[str, Any]]:
    for task in tasks:
        yield {
            "task": str(task.public_id),
            "number": task.case.number,
            "step": task.step,
            "state": task.state,
            "decision": task.decision or None,
            "done_by": numbers.get(task.done_by_id or 0),
            "opened_at": task.opened_at,
            "due_at": task.due_at,
            "done_at": task.done_at,
        }
