"""Runs told to a lineage catalogue (OpenLineage over HTTP) whose address the school's file names; retried, and given up in the end."""

from datetime import timedelta
from functools import cache, partial
from http import HTTPStatus
from typing import Final

import msgspec

from nanhu.kernel import outgoing
from nanhu.kernel.clock import now
from nanhu.kernel.registry import SchoolRules, school_rules
from nanhu.kernel.retries import Again, Done, Retries, doubling
from nanhu.kernel.retries.answers import Outside
from nanhu.kernel.school import school
from nanhu.platforms.datahub.lineage.openlineage import ENDED, events_of
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
    """Batches that came to their end and were told to nobody yet; how many."""
    if not catalogue_address():
        return 0
    since = now() - timedelta(days=BACK_DAYS)
    fresh = Batch.objects.filter(state__in=ENDED, created_at__gte=since, is_dry_run=False, lineage_run=None)
    made = LineageRun.objects.bulk_create(
        [LineageRun(batch=batch, due_at=now()) for batch in fresh.order_by("id")], ignore_conflicts=True
    )
    return len(made)


def step(run: LineageRun) -> Outside:
    events = [msgspec.json.encode(one) for one in events_of(run.batch)]
    return partial(sent, catalogue_address(), events)


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
    related=("batch",),
    given_up=lambda: {"given_up_at": now()},
    at_once=2,
)
school_rules.add(SchoolRules(key="datahub.lineage_address", read=catalogue_address))
