"""Promises stand still while the program was away (停机顺延): for longer than half an hour, deadlines move by the working minutes that were
lost, and days that passed meanwhile may still be applied for."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.calendar import is_working_day
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.models import Outage
from nanhu.kernel.once import lock_key
from nanhu.kernel.ui import dates
from nanhu.platforms.flows import hours
from nanhu.platforms.flows.models import Case, Entry, StoodStill, Task
from nanhu.platforms.flows.policies import LIVING

BY: Final = Actor.system("flows.clock")
ONE_DAY: Final = timedelta(days=1)
AGAIN: Final = ("resubmitted", "reopened")
"""In a timeline: from here on the clock runs again."""
STILL_OPEN: Final = timedelta(days=30)
"""Longer ago no outage lets anybody apply for a day that passed: no run of holidays is as long."""


def stand_still() -> int:
    """Moves what runs by each outage that moved nothing yet, each in one transaction and once. Returns how many cases were moved."""
    waiting = Outage.believed().exclude(pk__in=StoodStill.objects.values("outage"))
    return sum(move_by(outage) for outage in waiting.order_by("began_at"))


@transaction.atomic
def move_by(outage: Outage) -> int:
    lock_key("flows.stand_still")
    if StoodStill.objects.filter(pk=outage.pk).exists():
        return 0
    rows = Case.objects.filter(due_at__isnull=False, state=Case.State.RUNNING, opened_at__lt=outage.ended_at)
    rows = rows.exclude(tasks__kind="confirm")  # until a day that somebody named
    cases = list(rows.select_for_update(of=("self",)).select_related("definition__unit").order_by("pk"))
    before, since = {case.pk: case.due_at for case in cases}, begun_again(cases)
    moved = [case for case in cases if moved_on(case, outage, hours.unit_of(case), since.get(case.pk, case.opened_at))]
    Case.objects.bulk_update(moved, ["due_at"], batch_size=1_000)
    move_tasks(cases, before, outage)
    words = f"{dates.time_words(outage.began_at)} – {dates.time_words(outage.ended_at)}"
    Entry.objects.bulk_create(
        (Entry(case=case, actor=BY.name, verb="stood_still", words=words) for case in moved), batch_size=1_000
    )
    StoodStill.objects.create(outage=outage, cases=len(moved))
    return len(moved)


def begun_again(cases: Collection[Case]) -> dict[int, datetime]:
    """When the clock of each began last, where that was not when it was opened: what was promised counts from then on."""
    rows = Entry.objects.filter(case__in=cases, verb__in=AGAIN).order_by("pk")
    return dict(rows.values_list("case_id", "at"))


def move_tasks(cases: Iterable[Case], before: Mapping[int, datetime | None], outage: Outage) -> None:
    """Of these cases, which were due before as said: a step may have a promise of its own, else it goes with its case."""
    by_id = {case.pk: case for case in cases}
    tasks = Task.objects.filter(case__in=by_id.keys(), state__in=LIVING, due_at__isnull=False).order_by("pk")
    moved = [one for one in tasks if moved_with(one, by_id[one.case_id], before[one.case_id], outage)]
    Task.objects.bulk_update(moved, ["due_at"], batch_size=1_000)


def moved_with(task: Task, case: Case, before: datetime | None, outage: Outage) -> bool:
    if task.due_at != before:
        return moved_on(task, outage, hours.unit_of(case), task.opened_at)
    task.due_at = case.due_at
    return case.due_at != before


def moved_on(row: Case | Task, outage: Outage, unit_code: str, since: datetime) -> bool:
    """By the working minutes that were lost since then; not saved yet."""
    lost = lost_minutes(max(outage.began_at, since), outage.ended_at, unit_code)
    if lost <= 0 or row.due_at is None:
        return False
    row.due_at = hours.due_after(row.due_at, lost, unit_code)
    return True


def lost_minutes(start: datetime, end: datetime, unit_code: str) -> int:
    return hours.minutes_between(start, end, unit_code) if start < end else 0


def earliest_day() -> date:
    """From which day on something is applied for: today's; until the first working day after an outage is over, the day on which that
    began."""
    today, outages = campus_today(), Outage.believed().filter(ended_at__gt=now() - STILL_OPEN)
    still = (one for one in outages if today <= working_day_after(campus_time(one.ended_at).date()))
    return min([today, *(campus_time(one.began_at).date() for one in still)])


def working_day_after(day: date) -> date:
    later = day + ONE_DAY
    while not is_working_day(later):
        later += ONE_DAY
    return later
