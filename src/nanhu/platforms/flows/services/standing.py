"""Promises stand still while the program was away (停机顺延): for longer than half an hour, deadlines move by the working minutes that were
lost, and days that passed meanwhile may still be applied for."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.kernel.calendar import is_working_day
from nanhu.kernel.clock import campus_time, campus_today, now, start_of
from nanhu.kernel.models import Outage
from nanhu.kernel.once import lock_key
from nanhu.kernel.ui import dates
from nanhu.platforms.flows import hours
from nanhu.platforms.flows.models import Case, Entry, StoodStill, Task
from nanhu.platforms.flows.policies import LIVING

BY: Final = Actor.system("flows.clock")
ONE_DAY: Final = timedelta(days=1)
STILL_OPEN: Final = timedelta(days=30)
"""Longer ago no outage lets anybody apply for a day that passed: no run of holidays is as long."""


def stand_still() -> int:
    """Moves what runs by each outage that moved nothing yet, each in one transaction and once. Returns how many cases were moved."""
    waiting = Outage.believed().exclude(pk__in=StoodStill.objects.values("outage"))
    return sum(move_by(outage) for outage in waiting.order_by("began_at"))


@transaction.atomic
def move_by(outage: Outage) -> int:
    """Also what stands now and ran while the program was away."""
    lock_key("flows.stand_still")
    if StoodStill.objects.filter(pk=outage.pk).exists():
        return 0
    rows = Case.objects.exclude(state=Case.State.CLOSED).filter(opened_at__lt=outage.ended_at)
    rows = rows.filter(Q(due_at__isnull=False) | Q(stopped_at__gt=outage.began_at))
    rows = rows.exclude(tasks__kind="confirm")  # until a day that somebody named
    cases = list(rows.select_for_update(of=("self",)).select_related("definition__unit").order_by("pk"))
    before = {case.pk: case.due_at for case in cases}
    moved = [case for case in cases if moved_on(case, lost_by(case, outage))]
    Case.objects.bulk_update(moved, ["due_at", "minutes_left"], batch_size=1_000)
    move_tasks(cases, before, outage)
    words = f"{dates.time_words(outage.began_at)} – {dates.time_words(outage.ended_at)}"
    Entry.objects.bulk_create(
        (Entry(case=case, actor=BY.name, verb="stood_still", words=words) for case in moved), batch_size=1_000
    )
    StoodStill.objects.create(outage=outage, cases=len(moved))
    return len(moved)


def lost_by(case: Case, outage: Outage) -> int:
    """Working minutes in which its clock ran and the program was away."""
    unit, began = hours.unit_of(case), max(outage.began_at, case.opened_at)
    ended = min(outage.ended_at, case.stopped_at or outage.ended_at)
    spans = (map(datetime.fromisoformat, span) for span in case.stood)
    stood = (lost_minutes(max(began, first), min(ended, last), unit) for first, last in spans)
    return lost_minutes(began, ended, unit) - sum(stood)


def moved_on(case: Case, minutes: int) -> bool:
    """Not saved yet."""
    if minutes <= 0:
        return False
    if case.due_at is None:
        case.minutes_left = (case.minutes_left or 0) + minutes
    else:
        case.due_at = hours.due_after(case.due_at, minutes, hours.unit_of(case))
    return True


def move_tasks(cases: Iterable[Case], before: Mapping[int, datetime | None], outage: Outage) -> None:
    """Of these cases, which were due before as said: a step may have a promise of its own, else it goes with its case."""
    by_id = {case.pk: case for case in cases}
    tasks = Task.objects.filter(case__in=by_id.keys(), state__in=LIVING, due_at__isnull=False).order_by("pk")
    moved = [one for one in tasks if moved_with(one, by_id[one.case_id], before[one.case_id], outage)]
    Task.objects.bulk_update(moved, ["due_at"], batch_size=1_000)


def moved_with(task: Task, case: Case, before: datetime | None, outage: Outage) -> bool:
    if task.due_at == before:
        task.due_at = case.due_at
        return case.due_at != before
    unit = hours.unit_of(case)
    lost = lost_minutes(max(outage.began_at, task.opened_at), outage.ended_at, unit)
    if lost > 0 and task.due_at is not None:
        task.due_at = hours.due_after(task.due_at, lost, unit)
    return lost > 0


def lost_minutes(start: datetime, end: datetime, unit_code: str) -> int:
    return hours.minutes_between(start, end, unit_code) if start < end else 0


def earliest_day() -> date:
    """From which day on something is applied for: today's; until the first working day after an outage is over, the day on which that
    began."""
    today, outages = campus_today(), Outage.believed().filter(ended_at__gt=now() - STILL_OPEN)
    still = (one for one in outages if today <= working_day_after(campus_time(one.ended_at).date()))
    return min([today, *(campus_time(one.began_at).date() for one in still)])


def days_away(since: datetime) -> int:
    """Days since then on which the program was away in working hours."""
    outages = list(Outage.believed().filter(ended_at__gt=since))
    spans = [(max(one.began_at, since), one.ended_at) for one in outages]
    return len({day for first, last in spans for day in days_within(first, last)})


def days_within(first: datetime, last: datetime) -> Iterator[date]:
    """Those on which working minutes lie between two moments."""
    day = campus_time(first).date()
    while start_of(day) < last:
        if lost_minutes(max(first, start_of(day)), min(last, start_of(day + ONE_DAY)), ""):
            yield day
        day += ONE_DAY


def working_day_after(day: date) -> date:
    later = day + ONE_DAY
    while not is_working_day(later):
        later += ONE_DAY
    return later
