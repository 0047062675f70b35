"""Periodic jobs of the network: lost sessions, policies that became lower, hours that are over, sums, and what is forgotten by age."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, Max, OuterRef, QuerySet

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now, start_of
from nanhu.kernel.database.values import one_value
from nanhu.kernel.jobs import job
from nanhu.kernel.retries import in_the_worker
from nanhu.platforms.datahub import api as datahub
from nanhu.services.network.models import (
    Device,
    Grant,
    GuestPass,
    HourSum,
    LateSpan,
    Refusal,
    Service,
    Session,
    StrangeNas,
)
from nanhu.services.network.services import disconnecting, handovers, policies
from nanhu.services.network.services.disconnecting import CHANNEL, OUTBOX
from nanhu.services.network.statements import QUERIES

BY: Final = Actor.system("network.publish")
KEPT_DAYS: Final = timedelta(days=184)
"""网络安全法第二十一条: not less than six months, the longest of which have 184 days; and not longer."""
SESSION_DAYS: Final = timedelta(days=35)
SUM_DAYS: Final = timedelta(days=730)
MOST: Final = 20_000
AN_HOUR: Final = timedelta(hours=1)
CAUGHT_UP: Final = SESSION_DAYS
LATE_DAYS: Final = timedelta(days=8)
"""Of what stands still, a switch's ports and tunnels, of which some tell nothing between a Start and a Stop: no policy lets a session last longer
than seven days. A session of Wi-Fi stands where it was last, and days afterwards nobody knows where it was before."""
STANDING: Final = (Service.WIRED, Service.VPN)
MOVING: Final = (Service.WIFI, Service.EDUROAM)

in_the_worker("network_disconnects", OUTBOX, channel=CHANNEL)


@job("network.watch", every="*/5 * * * *")
def watch() -> int:
    """How many were lost; then whom a lower policy puts off, and whose time is over."""
    lost = one_value("SELECT network_watch(%s)", [now()])
    policies.enforce()
    disconnecting.end_overdue(by=policies.BY)
    return int(lost)


@job("network.sum_hours", every="7 * * * *")
def sum_hours() -> int:
    """Of the last three hours that are over: late records are counted too. Before them of those since the last sum, the oldest first, so
    that one that ends amid them loses none: the school was read-only, or no worker ran."""
    hour = whole_hour(now())
    last = HourSum.objects.aggregate(last=Max("hour"))["last"]
    missed = 0 if last is None else min(hour - last, CAUGHT_UP) // AN_HOUR
    return sum(sum_hour(hour - n * AN_HOUR) for n in range(max(3, missed), 0, -1)) + sum_late(hour)


def sum_hour(hour: datetime) -> int:
    return sum_between(hour, hour + AN_HOUR)


def sum_late(hour: datetime) -> int:
    """Of the hours of access points before this one of which something was told since they were summed up, eight days back at most; how many rows.
    What is told meanwhile is summed up the next time."""
    spans = list(LateSpan.objects.values_list("pk", "first_at", "last_at"))
    hours: set[datetime] = set()
    for _key, first_at, last_at in spans:
        first = max(whole_hour(first_at), hour - LATE_DAYS)
        hours.update(first + n * AN_HOUR for n in range((min(last_at, hour) - first) // AN_HOUR + 1) if first < hour)
    hours.discard(hour)
    count = sum(sum_between(one, one + AN_HOUR, MOVING, late=now()) for one in sorted(hours))
    LateSpan.objects.filter(pk__in=[key for key, _first, _last in spans]).delete()
    return count


def whole_hour(moment: datetime) -> datetime:
    return campus_time(moment).replace(minute=0, second=0, microsecond=0)


def sum_since(moment: datetime, services: Collection[str]) -> int:
    """Of the hours from then on that are over, 35 days back at most: what was read of an old system's past of these services stands in them, too."""
    hour = whole_hour(now())
    first = max(whole_hour(moment), hour - CAUGHT_UP)
    return sum_between(first, hour, services) if first < hour else 0


def sum_between(
    first: datetime, until: datetime, services: Collection[str] = tuple(Service), *, late: datetime | None = None
) -> int:
    """Of whole hours, in the place of what they said before; how many rows. `late`: what becomes another than it was says so, since then."""
    facts = {"first": first, "until": until, "services": list(services), "late": late}
    [(count,)] = QUERIES.rows("sum_hours", facts)
    return int(count)


@job("network.months", every="29 2 * * *")
def keep_months() -> list[str]:
    """Partitions for this month and the next two; those of which nothing is younger than half a year go."""
    today = campus_today()
    with connection.cursor() as cursor:
        for day in (today, today + timedelta(days=31), today + timedelta(days=62)):
            cursor.execute("SELECT network_month(%s)", [day])
        cursor.execute("SELECT * FROM network_forget(%s)", [today - KEPT_DAYS])
        return [name for (name,) in cursor.fetchall()]


@job("network.forget", every="47 2 * * *")
def forget() -> int:
    """Sessions after five weeks (the log of addresses stays its half year), grants and devices that nothing names any more."""
    moment = now()
    count = delete_all(Session.objects.filter(stopped_at__lt=moment - SESSION_DAYS))
    of_grant = Session.objects.filter(grant=OuterRef("pk"))
    delete_all(Grant.objects.filter(ends_at__lt=moment - SESSION_DAYS).exclude(Exists(of_grant)))
    unused = Device.objects.filter(last_seen_at__lt=moment - KEPT_DAYS)
    unused = unused.exclude(Exists(Session.objects.filter(device=OuterRef("pk"))))
    unused.exclude(Exists(Grant.objects.filter(device=OuterRef("pk")))).delete()
    handovers.forget()
    Refusal.objects.filter(at__lt=moment - SESSION_DAYS).delete()
    StrangeNas.objects.filter(last_at__lt=moment - SESSION_DAYS).delete()
    GuestPass.objects.filter(ends_on__lt=campus_today() - KEPT_DAYS).delete()
    HourSum.objects.filter(hour__lt=moment - SUM_DAYS).delete()
    return count


def delete_all(rows: QuerySet[Any]) -> int:
    """In batches, until none is left: a day brings more than one batch takes."""
    count = 0
    while batch := list(rows.order_by("pk").values_list("pk", flat=True)[:MOST]):
        rows.model._default_manager.filter(pk__in=batch).delete()  # noqa: SLF001  Django's documented way
        count += len(batch)
    return count


@job("network.publish", every="52 3 * * *")
def publish_days() -> int:
    """Before it what was told late of wired ports and tunnels is summed up."""
    today = start_of(campus_today())
    sum_between(today - LATE_DAYS, today, STANDING)
    return datahub.put_own("network.session_day", day_rows(), by=BY)


def day_rows() -> Iterator[Mapping[str, Any]]:
    """Sums of buildings and of days that are over, without anybody in them."""
    span = {"from": start_of(campus_today() - timedelta(days=400)), "until": start_of(campus_today())}
    for day, place, service, busiest, hours in QUERIES.rows("session_days", span):
        yield {
            "day": day,
            "place": place,
            "service": service,
            "most_devices": busiest,
            "device_hours": hours,
        }
