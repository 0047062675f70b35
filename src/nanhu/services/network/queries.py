"""Reads of the network: who is on line, which devices, how many of how many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.dated import rules_on
from nanhu.kernel.registry import Text
from nanhu.kernel.ui import dates
from nanhu.services.network.models import Device, Grant, Policy, Refusal, Service, Session

PLACES_SHOWN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """A session as its owner may see it; `is_open` counts to the cap."""

    session_id: int
    service: str
    device_id: int | None
    device: str
    station: str
    address: str
    place: str
    nas: str
    started_at: datetime
    updated_at: datetime
    stopped_at: datetime | None
    state: str
    cause: str
    nas_id: int
    sid: str
    grant: str


def session_line(one: Session) -> SessionLine:
    return SessionLine(
        session_id=one.pk,
        service=one.service,
        device_id=one.device_id,
        device=str(one.device) if one.device else one.station,
        station=one.station,
        address=one.address or "",
        place=one.place.name if one.place else "",
        nas=one.nas.name,
        started_at=one.started_at,
        updated_at=one.updated_at,
        stopped_at=one.stopped_at,
        state=one.state,
        cause=one.cause,
        nas_id=one.nas_id,
        sid=one.sid,
        grant=one.grant.code if one.grant else "",
    )


def with_names(rows: QuerySet[Session]) -> QuerySet[Session]:
    return rows.select_related("nas", "device", "place", "grant")


def sessions_of(person_id: int, *, only_open: bool = True, services: Sequence[str] = ()) -> list[SessionLine]:
    """Longest idle first, so that the first is the one to drop; closed ones of the last seven days with `only_open` off."""
    rows = Session.objects.filter(person_id=person_id)
    rows = (
        rows.filter(stopped_at=None)
        if only_open
        else rows.filter(Q(stopped_at=None) | Q(stopped_at__gt=now() - PLACES_SHOWN))
    )
    if services:
        rows = rows.filter(service__in=services)
    return [session_line(one) for one in with_names(rows).order_by("updated_at")]


def devices_of(person_id: int) -> list[Device]:
    return list(Device.objects.filter(person_id=person_id, removed_at=None).order_by("-last_seen_at"))


def living_grants() -> QuerySet[Grant]:
    return Grant.objects.filter(ended_at=None, ends_at__gt=now())


def refusals_of(person_id: int) -> list[Refusal]:
    """Why a device of this person was not let in, in the last week."""
    return list(Refusal.objects.filter(person_id=person_id, at__gt=now() - PLACES_SHOWN).order_by("-at")[:5])


def moment_words(moment: datetime) -> str:
    return dates.moment_words(moment, now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How many devices of a person are on line in a service, of how many; `most` is None where no policy says it."""

    service: str
    title: Text
    count: int
    most: int | None


def usage_of(person_id: int, roles: Iterable[str]) -> list[Usage]:
    """Of each service for which a policy of one of these roles holds today, or in which something is on line. Two queries."""
    held: dict[str, set[str]] = {}
    rows = Session.objects.filter(person_id=person_id, stopped_at=None, stale_at=None, closing_at=None)
    for service, device_id, station in rows.values_list("service", "device_id", "station"):
        held.setdefault(service, set()).add(device_key(device_id, station))
    most: dict[str, int] = {}
    policies = rules_on(Policy.objects.filter(role__in=list(roles)), campus_today())
    for service, devices in policies.values_list("service", "devices"):
        most[service] = max(devices, most.get(service, 0))
    return [
        Usage(service=one.value, title=one.label, count=len(held.get(one, ())), most=most.get(one))
        for one in Service
        if held.get(one) or most.get(one)
    ]


def device_key(device_id: int | None, station: str) -> str:
    """What counts as one device."""
    return f"device:{device_id}" if device_id else f"station:{station}"


def session_at(address: str) -> SessionLine | None:
    """Who is on line at an address now; the one last heard of."""
    rows = Session.objects.filter(address=address, stopped_at=None, stale_at=None)
    found = with_names(rows).order_by("-updated_at").first()
    return session_line(found) if found else None


def closing_sids(nas_id: int) -> list[str]:
    """Sessions that this NAS is to end: for those that fetch them."""
    return list(
        Session.objects.filter(nas=nas_id, stopped_at=None, closing_at__isnull=False).values_list("sid", flat=True)
    )
