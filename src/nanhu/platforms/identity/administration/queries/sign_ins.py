"""Questions to the sign-in log: lines by filter, counts for charts, what looks like an attack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDay, TruncHour

from nanhu.kernel.clock import CAMPUS_ZONE, campus_time, now
from nanhu.kernel.ui import words
from nanhu.platforms.identity.models import SignInEvent, SsoGrant
from nanhu.platforms.identity.services.sign_in_log import name_key

LINES = 100
HOURS_AT_MOST = timedelta(days=3)
LONGEST_CHART = timedelta(days=31)
MANY_REFUSALS, MANY_ADDRESSES, MANY_NAMES = 20, 5, 5
SHOWN = 8
Kind = SignInEvent.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """From the address of the page. `account_id` comes from a campus number; `name` is what was typed for it."""

    begins: datetime
    ends: datetime
    kind: str = ""
    reason: str = ""
    how: str = ""
    address: str = ""
    application: str = ""
    name: str = ""
    account_id: int | None = None


def lines(wanted: Wanted, *, before: tuple[datetime, int] | None = None) -> QuerySet[SignInEvent]:
    """Newest first. `before` is the last line of the page above: pages are walked, not counted."""
    found = within(wanted).order_by("-at", "-id")
    if before is None:
        return found
    return found.extra(where=["(at, id) < (%s, %s)"], params=list(before))


def within(wanted: Wanted) -> QuerySet[SignInEvent]:
    found = SignInEvent.objects.filter(at__gte=wanted.begins, at__lt=wanted.ends)
    exact: Mapping[str, Any] = {
        name: value for name in ("kind", "reason", "how", "address", "application") if (value := getattr(wanted, name))
    }
    found = found.filter(**exact)
    if wanted.account_id is not None:
        return found.filter(account_id=wanted.account_id)
    return found.filter(name_key=name_key(wanted.name.upper())) if wanted.name else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    is_by_hour: bool
    sign_ins: Sequence[tuple[str, int]]
    refusals: Sequence[tuple[str, int]]
    methods: Sequence[tuple[str, int]]
    applications: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        return sum(count for _label, count in self.sign_ins)

    @property
    def refused(self) -> int:
        return sum(count for _label, count in self.refusals)


def charts(wanted: Wanted) -> Charts:
    """Four counts over the chosen time, a month at most."""
    begins = max(wanted.begins, wanted.ends - LONGEST_CHART)
    is_by_hour = wanted.ends - begins <= HOURS_AT_MOST
    found = SignInEvent.objects.filter(at__gte=begins, at__lt=wanted.ends)
    reasons = dict(SignInEvent.Reason.choices)
    refused = found.filter(kind=Kind.REFUSED).values_list("reason").annotate(count=Count("id")).order_by("-count")
    methods = found.filter(kind=Kind.SIGN_IN).values_list("how").annotate(count=Count("id")).order_by("-count")
    opened = SsoGrant.objects.filter(created_at__gte=begins, created_at__lt=wanted.ends)
    applications = opened.values_list("application__name").annotate(count=Count("id")).order_by("-count")
    return Charts(
        is_by_hour=is_by_hour,
        sign_ins=by_time(found.filter(kind=Kind.SIGN_IN), begins, wanted.ends, is_by_hour=is_by_hour),
        refusals=[(str(reasons.get(reason, reason)), count) for reason, count in refused[:SHOWN]],
        methods=[(words.ways(how) or "—", count) for how, count in methods[:SHOWN]],
        applications=[(name, count) for name, count in applications[:SHOWN]],
    )


def by_time(
    found: QuerySet[SignInEvent], begins: datetime, ends: datetime, *, is_by_hour: bool
) -> list[tuple[str, int]]:
    """One value for each hour or day, also for those without a sign-in."""
    part = (TruncHour if is_by_hour else TruncDay)("at", tzinfo=CAMPUS_ZONE)
    counted = dict(found.annotate(part=part).values_list("part").annotate(count=Count("id")))
    step = timedelta(hours=1) if is_by_hour else timedelta(days=1)
    moment = campus_time(begins).replace(minute=0, second=0, microsecond=0)
    moment = moment if is_by_hour else moment.replace(hour=0)
    values = []
    while moment < ends:
        label = f"{moment:%H}" if is_by_hour else f"{moment.month}.{moment.day}"
        values.append((label, counted.get(moment, 0)))
        moment += step
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """`what` is "address" or "name"; `others` how many names from it, or addresses against it."""

    what: str
    value: str
    refusals: int
    others: int


def anomalies(wanted: Wanted) -> list[Anomaly]:
    """Many refusals from one address, over many names; one name tried from many addresses."""
    begins = max(wanted.begins, wanted.ends - LONGEST_CHART)
    refused = SignInEvent.objects.filter(at__gte=begins, at__lt=wanted.ends, kind=Kind.REFUSED)
    addresses = (
        refused.exclude(address="")
        .values("address")
        .annotate(refusals=Count("id"), others=Count("name_key", distinct=True))
        .filter(refusals__gte=MANY_REFUSALS)
        .order_by("-refusals")[:SHOWN]
    )
    names = (
        refused.exclude(name_key="")
        .values("name_key")
        .annotate(refusals=Count("id"), others=Count("address", distinct=True))
        .filter(others__gte=MANY_ADDRESSES)
        .order_by("-others")[:SHOWN]
    )
    return [
        *(
            Anomaly(what="address", value=one["address"], refusals=one["refusals"], others=one["others"])
            for one in addresses
        ),
        *(Anomaly(what="name", value=one["name_key"], refusals=one["refusals"], others=one["others"]) for one in names),
    ]


def last_day() -> tuple[datetime, datetime]:
    """The hour that runs and the 24 before it: a chart by hour has 25 values at any minute."""
    hour = now().replace(minute=0, second=0, microsecond=0)
    return hour - timedelta(days=1), hour + timedelta(hours=1)
