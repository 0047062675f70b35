"""What only the sample campus needs: an account with a past, radios that report, resources whose health is known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.campus import api as campus
from nanhu.services.network.reach.models import (
    AccessPoint,
    CoveredArea,
    Installer,
    ReachList,
    Resource,
    VpnGrant,
    VpnUse,
)
from nanhu.services.network.reach.rules import PROMISE_VERSION, network_named
from nanhu.services.network.reach.services import granting, installers, points, resources, watching
from nanhu.services.network.reach.services.granting import ask
from nanhu.services.network.reach.services.listing import close_network, set_list

__all__ = [
    "PROMISE_VERSION",
    "ReachList",
    "VpnGrant",
    "ask",
    "close_network",
    "draw_outlines",
    "enter_resources",
    "hand_out",
    "hang_points",
    "leave_idle",
    "network_named",
    "set_list",
    "use_from_home_and_away",
]
BY = Actor.system("demo")
HOME, HOTEL = "203.0.113.20", "198.51.100.77"


def use_from_home_and_away(person_id: int) -> None:
    """Many evenings from home, and tonight from elsewhere: the question waits."""
    for days in range(1, 6):
        made = watching.note_use(person_id=person_id, station=HOME, grant_key=f"sample-{days}")
        if made is not None:
            VpnUse.objects.filter(pk=made.pk).update(at=now() - timedelta(days=days))
    watching.note_use(person_id=person_id, station=HOTEL, grant_key="sample-0")


def leave_idle(grant: VpnGrant) -> None:
    VpnGrant.objects.filter(pk=grant.pk).update(opened_at=now() - timedelta(days=120), last_used_at=None)
    granting.close_due()


@transaction.atomic
def hand_out(programs: Sequence[Mapping[str, Any]], downloads: Sequence[int]) -> int:
    if Installer.objects.exists():
        return 0
    for program, count in zip(programs, downloads, strict=True):
        said = dict(program)
        content, file_name = said.pop("content"), said.pop("file_name")
        made = installers.add(by=BY, content=content, file_name=file_name, facts=said)
        Installer.objects.filter(pk=made.pk).update(downloads=count)
    return len(programs)


@transaction.atomic
def enter_resources(rows: Sequence[Mapping[str, Any]]) -> int:
    if Resource.objects.exists():
        return 0
    for row in rows:
        said = dict(row)
        health = said.pop("health")
        made = resources.enter(by=BY, facts=said)
        since = now() - timedelta(hours=3)
        Resource.objects.filter(pk=made.pk).update(health=health, health_since=since, checked_at=now())
    return len(rows)


@transaction.atomic
def hang_points(
    rows: Sequence[tuple[str, str, Sequence[str], int | None]], spots: Mapping[str, tuple[int, float, float]]
) -> int:
    """Name, place, bands, minutes since it was heard; of some by name the floor, longitude and latitude."""
    if AccessPoint.objects.exists():
        return 0
    points.enter_points(
        [
            {
                "name": name,
                "place": campus.place_with(place),
                "bands": list(bands),
                "seen_at": None if ago is None else now() - timedelta(minutes=ago),
                "mac": "",
            }
            for name, place, bands, ago in rows
        ]
    )
    for name, (floor, longitude, latitude) in spots.items():
        AccessPoint.objects.filter(name=name).update(floor=floor, longitude=longitude, latitude=latitude)
    return len(rows)


def draw_outlines(
    outlines: Mapping[str, tuple[float, float, float, float]], *, floors: Iterable[int | None] = (None,)
) -> None:
    """Rectangles by their south-west and north-east corners; alike on each of the floors."""
    for key, (west, south, east, north) in outlines.items():
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        for floor in floors:
            CoveredArea.objects.get_or_create(place=campus.place_with(key), floor=floor, defaults={"ring": ring})
