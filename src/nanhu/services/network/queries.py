"""Reads of the network: who is on line, which devices, how many of how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from nanhu.kernel.clock import now
from nanhu.services.network.models import Device, Session

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
