"""Periodic jobs of access: old passages go; the days' sums are told to the hub."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import CAMPUS_ZONE, campus_time, campus_today, now, start_of
from nanhu.kernel.jobs import job
from nanhu.platforms.access.models import Passage
from nanhu.platforms.datahub import api as datahub

KEEP = timedelta(days=181)
"""A day longer than the database insists on: it counts by its own clock."""
TOLD_AGAIN: Final = timedelta(days=7)
"""A door that was off line sends its passages later: the days of all that came in so long are told anew."""
STILL_WHOLE: Final = KEEP - timedelta(days=1)
"""Of an older day some passages are gone already."""
DAYS: Final = "access.door_day"
BY: Final = Actor.system("access.publish")


@job("access.forget_passages", every="37 4 * * *")
def forget_passages() -> int:
    """Where people went is kept half a year and no longer."""
    gone, _by_table = Passage.objects.filter(received_at__lt=now() - KEEP).delete()
    return gone


@job("access.publish_days", every="41 3 * * *")
def publish_days() -> int:
    return datahub.put_own(DAYS, day_rows(), by=BY)


def day_rows() -> Iterator[Mapping[str, Any]]:
    """Of the days that are over and of which something was heard lately, or since shortly before the last telling (the school was
    read-only, or no worker ran), without anybody in them."""
    today = campus_today()
    heard_since = min(today, campus_time(datahub.changed_at(DAYS)).date()) - TOLD_AGAIN
    whole = Passage.objects.filter(at__gte=start_of(today - STILL_WHOLE), at__lt=start_of(today))
    whole = whole.annotate(day=TruncDate("at", tzinfo=CAMPUS_ZONE))
    lately = whole.filter(received_at__gte=start_of(heard_since))
    told = set(lately.values_list("day", flat=True).order_by().distinct())
    found = whole.filter(at__gte=start_of(min(told, default=today)), day__in=told)
    sums = found.values_list("day", "place__key").annotate(
        entries=Count("pk", filter=Q(is_opened=True, direction="in")),
        exits=Count("pk", filter=Q(is_opened=True, direction="out")),
        refusals=Count("pk", filter=Q(is_opened=False)),
    )
    for day, place, entries, exits, refusals in sums.order_by("day", "place__key"):
        yield {"day": day, "place": place, "entries": entries, "exits": exits, "refusals": refusals}
