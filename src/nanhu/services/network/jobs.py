"""Periodic jobs of the network: lost sessions, policies that became lower, hours that are over, sums, and what is forgotten by age."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now, start_of
from nanhu.kernel.database.values import one_value
from nanhu.kernel.jobs import job
from nanhu.kernel.retries import in_the_worker
from nanhu.platforms.datahub import api as datahub
from nanhu.services.network import rules
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
SESSION_DAYS: Final = timedelta(days=35)
SUM_DAYS: Final = timedelta(days=730)
MOST: Final = 20_000
AN_HOUR: Final = timedelta(hours=1)
CAUGHT_UP: Final = SESSION_DAYS
LATE_DAYS: Final = timedelta(days=8)
"""Of what stands still, a switch's ports and tunnels, of which some tell nothing between a Start and a Stop: no policy lets a session last longer
than seven days. A session of Wi-Fi stands where it was last, and days afterwards nobody knows where it was before."""
MOST_LATE: Final = 48
"""Hours of a turn: whoever tells of eight days each hour has them summed up anew every four hours."""
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
    """Of the hours of access points before this one of which something was told since they were summed up, eight days back at most, those that
    wait longest, `MOST_LATE` in one statement; how many rows. What is told meanwhile, and the other hours, are summed up the next time."""
    spans = list(LateSpan.objects.order_by("pk").values_list("pk", "first_at", "last_at"))
    first, last = hour - LATE_DAYS, hour - AN_HOUR
    told = dict.fromkeys((max(whole_hour(one), first), min(whole_hour(other), last)) for _key, one, other in spans)
    each = (one + n * AN_HOUR for one, other in told for n in range((other - one) // AN_HOUR + 1))
    waiting = list(dict.fromkeys(each))
    taken, left = sorted(waiting[:MOST_LATE]), waiting[MOST_LATE:]
    count = sum_between(taken[0], taken[-1] + AN_HOUR, MOVING, hours=taken) if taken else 0
    with transaction.atomic():
        LateSpan.objects.filter(pk__in=[key for key, _first, _last in spans]).delete()
        LateSpan.objects.bulk_create([LateSpan(first_at=one, last_at=one) for one in left])
    return count


def whole_hour(moment: datetime) -> datetime:
    return campus_time(moment).replace(minute=0, second=0, microsecond=0)


def sum_since(moment: datetime, services: Collection[str]) -> int:
    """Of the hours from then on that are over, 35 days back at most: what was read of an old system's past of these services stands in them, too."""
    hour = whole_hour(now())
    first = max(whole_hour(moment), hour - CAUGHT_UP)
    return sum_between(first, hour, services) if first < hour else 0


def sum_between(
    first: datetime,
    until: datetime,
    services: Collection[str] = tuple(Service),
    *,
    hours: Sequence[datetime] | None = None,
) -> int:
    """Of whole hours, in the place of what they said before; how many rows. `hours`: of these alone, of which something was told late: what
    becomes another than it was says so, since then."""
    late = None if hours is None else now()
    facts = {"first": first, "until": until, "services": list(services), "late": late, "hours": hours}
    [(count,)] = QUERIES.rows("sum_hours", facts)
    return int(count)


@job("network.months", every="29 2 * * *")
def keep_months() -> list[str]:
    """Partitions for this month and the next two; those of which nothing is younger than half a year go."""
    today = campus_today()
    with connection.cursor() as cursor:
        for day in (today, today + timedelta(days=31), today + timedelta(days=62)):
            cursor.execute("SELECT network_month(%s)", [day])
        cursor.execute("SELECT * FROM network_forget(%s)", [today - rules.KEPT_DAYS])
        return [name for (name,) in cursor.fetchall()]


@job("network.forget", every="47 2 * * *")
def forget() -> int:
    """Sessions after five weeks (the log of addresses stays its half year), grants and devices that nothing names any more."""
    moment = now()
    count = delete_all(Session.objects.filter(stopped_at__lt=moment - SESSION_DAYS))
    of_grant = Session.objects.filter(grant=OuterRef("pk"))
    delete_all(Grant.objects.filter(ends_at__lt=moment - SESSION_DAYS).exclude(Exists(of_grant)))
    unused = Device.objects.filter(last_seen_at__lt=moment - rules.KEPT_DAYS)
    unused = unused.exclude(Exists(Session.objects.filter(device=OuterRef("pk"))))
    unused.exclude(Exists(Grant.objects.filter(device=OuterRef("pk")))).delete()
    handovers.forget()
    Refusal.objects.filter(at__lt=moment - SESSION_DAYS).delete()
    StrangeNas.objects.filter(last_at__lt=moment - SESSION_DAYS).delete()
    GuestPass.objects.filter(ends_on__lt=campus_today() - rules.KEPT_DAYS).delete()
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
