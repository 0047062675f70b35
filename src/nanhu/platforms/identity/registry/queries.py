"""Reads of the registry: the list, one application's use, and what a person's applications know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.db.models.functions import TruncDate

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.platforms.identity.models import (
    Account,
    Application,
    AttributeRelease,
    Maintenance,
    SsoGrant,
)
from nanhu.platforms.identity.services import access

DAYS_PLOTTED = 30


STATES = {
    "down": Q(health__state="down"),
    "waiting": Q(pk__in=AttributeRelease.objects.filter(state="waiting").values("application")),
    "off": Q(is_enabled=False),
}


def applications() -> QuerySet[Application]:
    found = Application.objects.select_related("health", "owner_unit").prefetch_related("addresses")
    return found.order_by("name", "pk")


def counts() -> dict[str, int]:
    """For the views of the list; "" is all."""
    tallies = {state: Count("pk", filter=condition) for state, condition in STATES.items()}
    return Application.objects.aggregate(**{"": Count("pk")}, **tallies)


def resting_now(ids: Sequence[int]) -> set[int]:
    moment = now()
    live = Maintenance.objects.filter(application_id__in=ids, starts_at__lte=moment, ends_at__gt=moment)
    return set(live.values_list("application_id", flat=True))


def rests_of(application: Application) -> list[Maintenance]:
    """Under way and to come."""
    return list(application.maintenances.filter(ends_at__gt=now()).order_by("starts_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A planned rest of an application, for other rooms."""

    number: int
    application: str
    name: str
    notice: str
    starts_at: datetime
    ends_at: datetime
    planned_at: datetime


def planned_rests(keys: Sequence[str]) -> list[Rest]:
    """Of these applications, from a month back on."""
    found = Maintenance.objects.filter(application__key__in=keys, ends_at__gt=now() - timedelta(days=DAYS_PLOTTED))
    return [
        Rest(
            number=one.pk,
            application=one.application.key,
            name=one.application.name,
            notice=one.notice,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            planned_at=one.created_at,
        )
        for one in found.select_related("application").order_by("starts_at")
    ]


def sign_ins_by_day(application: Application) -> list[tuple[str, int]]:
    """(day, sign-ins) of the last thirty days, days without any included."""
    first = campus_today() - timedelta(days=DAYS_PLOTTED - 1)
    since = campus_time(now()).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS_PLOTTED - 1)
    rows = SsoGrant.objects.filter(application=application, created_at__gte=since).annotate(day=TruncDate("created_at"))
    held = dict(rows.values_list("day").annotate(times=Count("pk")).order_by())
    days = [first + timedelta(days=number) for number in range(DAYS_PLOTTED)]
    return [(f"{day.month}/{day.day}", held.get(day, 0)) for day in days]


def waiting_releases() -> QuerySet[AttributeRelease]:
    return AttributeRelease.objects.filter(state="waiting").select_related("application").order_by("created_at", "pk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Knower:
    """An application that may know something of a person."""

    application: Application
    releases: list[AttributeRelease]
    last_used: datetime | None


def knowers_of(account: Account) -> list[Knower]:
    """Every application the person may use, or has used; those used lately first. Four queries, however many."""
    used = dict(
        SsoGrant.objects.filter(session__account=account)
        .values_list("application_id")
        .annotate(last=Max("created_at"))
        .order_by()
    )
    granted = Prefetch("releases", AttributeRelease.objects.filter(state="granted"), to_attr="granted")
    known = list(Application.objects.filter(is_enabled=True).prefetch_related(granted).order_by("name"))
    decisions = access.decide_many(account_id=account.pk, application_ids=[one.pk for one in known])
    knowers = [
        Knower(application=one, releases=one.granted, last_used=used.get(one.pk))
        for one in known
        if one.pk in used or decisions[one.pk].is_allowed
    ]
    return sorted(knowers, key=lambda knower: -(knower.last_used.timestamp() if knower.last_used else 0))
