"""The way through the buildings in which a worker has jobs: the next is the nearest, those in danger first; and where they are on the map."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import dist, inf
from typing import Any

from nanhu.kernel.registry import MapSheet, Outline, site_maps
from nanhu.platforms.campus.api import Place
from nanhu.services.requests.models import Request


@dataclass(slots=True)
class Stop:
    """A building with its jobs; `spot`: its middle on the map of its campus."""

    place: Any
    jobs: list[Request] = field(default_factory=list)
    spot: tuple[float, float] | None = None
    number: int = 0

    @property
    def is_urgent(self) -> bool:
        return any(one.is_urgent for one in self.jobs)


type Map = tuple[MapSheet, Sequence[tuple[Outline, Stop | None]]]


def way_through(jobs: Iterable[Request]) -> tuple[list[Stop], list[Map]]:
    """In the order of the walk; and the campuses on whose map one of them stands."""
    stops: dict[str, Stop] = {}
    for one in jobs:
        place = building_of(one.place)
        stops.setdefault(place.key, Stop(place)).jobs.append(one)
    sheets = [sheet for site_map in site_maps for sheet in site_map.load()] if stops else []
    for outline in (outline for sheet in sheets for outline in sheet.outlines):
        if outline.place in stops:
            stops[outline.place].spot = outline.middle
    way = walk(sorted(stops.values(), key=lambda one: one.place.key))
    for number, stop in enumerate(way, start=1):
        stop.number = number
    drawn = [(sheet, [(one, stops.get(one.place)) for one in sheet.outlines]) for sheet in sheets]
    return way, [(sheet, shapes) for sheet, shapes in drawn if any(stop for _outline, stop in shapes)]


def building_of(place: Any) -> Any:
    """The place right below its campus."""
    while place.parent is not None and place.parent.kind != Place.Kind.CAMPUS:
        place = place.parent
    return place


def walk(stops: Iterable[Stop]) -> list[Stop]:
    rest, way = list(stops), list[Stop]()
    while rest:
        nearest = min(rest, key=lambda one: (not one.is_urgent, *way_to(one, way[-1] if way else one)))
        rest.remove(nearest)
        way.append(nearest)
    return way


def way_to(one: Stop, last: Stop) -> tuple[bool, float]:
    """Whether it is on another campus, and how far; what is on no map is the farthest."""
    far = inf if one.spot is None else dist(one.spot, last.spot) if last.spot is not None else 0.0
    return one.place.parent_id != last.place.parent_id, far
