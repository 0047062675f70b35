"""Runs told to a lineage catalogue (OpenLineage over HTTP) whose address the school's file names; retried, and given up in the end."""

from datetime import timedelta
from functools import cache, partial
from http import HTTPStatus
from typing import Final

import msgspec

from nanhu.kernel import outgoing
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.pauses import doubling
from nanhu.kernel.registry import SchoolRules, school_rules
from nanhu.kernel.retries import Again, Done, Retries
from nanhu.kernel.retries.answers import Outside
from nanhu.kernel.school import school
from nanhu.platforms.datahub.lineage.openlineage import ENDED, days_over, events_of, events_of_day
from nanhu.platforms.datahub.models import Batch, LineageRun

CHANNEL: Final = "nanhu_datahub_lineage"
BACK_DAYS: Final = 7
MOST: Final = 18


@cache
def catalogue_address() -> str:
    """Empty: nobody is told."""
    address = school().table("datahub").text("lineage_address", "")
    if address:
        outgoing.checked(address)
    return address


def note_runs() -> int:
    """Batches that came to their end, and days of grants that are over, told to nobody yet; how many."""
    if not catalogue_address():
        return 0
    since, today = now() - timedelta(days=BACK_DAYS), campus_today()
    fresh = Batch.objects.filter(state__in=ENDED, created_at__gte=since, is_dry_run=False, lineage_run=None)
    over = days_over().filter(day__gte=today - timedelta(days=BACK_DAYS), lineage_run=None)
    runs = [LineageRun(batch_id=one, due_at=now()) for one in fresh.order_by("id").values_list("pk", flat=True)]
    runs += [LineageRun(shared=one, due_at=now()) for one in over.order_by("id")]
    return len(LineageRun.objects.bulk_create(runs, ignore_conflicts=True))


def step(run: LineageRun) -> Outside:
    found = events_of(run.batch) if run.batch else events_of_day(run.shared) if run.shared else []
    return partial(sent, catalogue_address(), [msgspec.json.encode(one) for one in found])


def sent(address: str, events: list[bytes]) -> Done | Again:
    """The same run under the same number, however often it is told."""
    for body in events:
        status = outgoing.send(outgoing.Call(address=address, body=body, content_type="application/json")).status
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return Again(f"HTTP {status}", is_away=status >= HTTPStatus.BAD_GATEWAY)
    return Done({"told_at": now()})


RUNS: Final = Retries(
    model=LineageRun,
    step=step,
    pause=doubling("10s", "6h"),
    most=MOST,
    related=("batch", "shared__grant__vendor"),
    given_up=lambda: {"given_up_at": now()},
    at_once=2,
)
school_rules.add(SchoolRules(key="datahub.lineage_address", read=catalogue_address))
