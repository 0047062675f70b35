"""Reads of reach: resources from where the reader stands, buildings with their access points on a map, what the search finds."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.registry import Hit, MapSheet, Outline, Viewer, of_keys
from nanhu.kernel.ui import dates
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.services.network import api as network
from nanhu.services.network.reach import policies, rules
from nanhu.services.network.reach.models import AccessPoint, CoveredArea, Installer, Resource
from nanhu.services.network.reach.rules import Standing, Way

CAMPUS: Final = "campus"
ROOM: Final = 0.25
FLOOR: Final = re.compile(r"-?[0-9]{1,2}")
LATE_LIST: Final = timedelta(hours=2)
HEALTH_TONES: Final[Mapping[str, Tone]] = {"up": "good", "down": "bad", "unknown": "none"}


def listed_words(row: Resource) -> str:
    return "—" if row.is_listed is None else _("通") if row.is_listed else _("没有清单通到它")


def resources() -> QuerySet[Resource]:
    return Resource.objects.filter(removed_at=None).select_related("unit").order_by("kind", "name")


def open_resources() -> QuerySet[Resource]:
    """Which open without being a member: anywhere, or from inside the school."""
    return resources().filter(reach__in=[Resource.Reach.OPEN, Resource.Reach.CAMPUS])


def installers() -> QuerySet[Installer]:
    return Installer.objects.filter(withdrawn_at=None).select_related("file")


def with_ways(rows: Sequence[Resource], standing: Standing, viewer: Viewer) -> Sequence[Resource]:
    """Each says how this reader comes to it from there."""
    for row in rows:
        row.way = way_of(row, standing, viewer)  # type: ignore[attr-defined]  # for the table
    return rows


def way_of(row: Resource, standing: Standing, viewer: Viewer) -> Way:
    return rules.way_to(row.reach, standing, may_use_vpn=policies.is_staff(viewer), has_gate=bool(row.web_address))


def web_link(row: Resource) -> str:
    """The page of a resource at its gate (网页入口): the gate stands before the whole of its host."""
    parts = urlsplit(row.address)
    return row.web_address + urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment))


def carsi_link(row: Resource) -> str:
    """Where the sign-in by our identity provider begins."""
    if row.carsi_address:
        return row.carsi_address.replace("{idp}", quote(identity.saml_entity_id(), safe=""))
    return f"{reverse('identity:saml_start')}?entity={quote(row.carsi_entity, safe='')}" if row.carsi_entity else ""


def resource_hits(keys: Collection[str] | None = None) -> Iterable[Hit]:
    for one in of_keys(resources(), keys):
        yield Hit(
            key=str(one.public_id),
            title=one.name,
            url=reverse("network_reach:book:resource", args=[one.public_id]),
            detail=f"{one.get_kind_display()} · {one.unit.name} · {one.get_reach_display()}",
            words=one.searched,
            icon="globe",
        )


@dataclass(slots=True)
class Covered:
    """A building with its access points, of one floor where one is looked at; none: it is not covered. `number` is its place on the map.
    `floors`: those of which an outline or an access point is known; `unplaced`: access points of which nobody knows the floor."""

    pk: int
    name: str
    key: str
    points: list[AccessPoint] = field(default_factory=list)
    outlines: list[str] = field(default_factory=list)
    middle: tuple[float, float] = (0, 0)
    number: int = 0
    floors: set[int] = field(default_factory=set)
    unplaced: int = 0
    has_floor: bool = True

    @property
    def silent(self) -> int:
        return sum(not one.is_heard for one in self.points)

    @property
    def tone(self) -> str:
        if not self.points:
            return "none"
        return "bad" if self.silent == len(self.points) else "warn" if self.silent else "good"

    @property
    def words(self) -> str:
        if not self.points:
            if self.unplaced:
                return _("这栋楼有 %(count)s 个接入点没写楼层") % {"count": self.unplaced}
            return _("未覆盖")
        if not self.silent:
            return _("已覆盖，%(count)s 个接入点都正常") % {"count": len(self.points)}
        if self.silent == len(self.points) == 1:
            return _("这里唯一的接入点没有消息，无线网可能断了")
        if self.silent == len(self.points):
            return _("%(count)s 个接入点都没有消息，这里的无线网可能断了") % {"count": len(self.points)}
        return _("已覆盖，%(count)s 个接入点里 %(silent)s 个没有消息") % {
            "count": len(self.points),
            "silent": self.silent,
        }

    @property
    def bands(self) -> str:
        return "、".join(f"{one} GHz" for one in sorted({band for point in self.points for band in point.bands}))


@dataclass(slots=True)
class Area:
    """A campus: its buildings, and their map where outlines are known."""

    name: str
    buildings: list[Covered]
    scale: rules.Scale = field(default_factory=rules.Scale)
    width: int = rules.WIDTH

    @property
    def height(self) -> int:
        return self.scale.height

    @property
    def with_floor(self) -> list[Covered]:
        """Those that have the floor that is looked at."""
        return [one for one in self.buildings if one.has_floor]

    @property
    def covered(self) -> int:
        return sum(bool(one.points) for one in self.with_floor)

    @property
    def hung(self) -> list[AccessPoint]:
        """Those on the map, each with its `spot` there."""
        found = [one for building in self.buildings for one in building.points if one.longitude is not None]
        for one in found:
            one.spot = self.scale.at((one.longitude, one.latitude))  # type: ignore[attr-defined,arg-type]  # for the template
        return found


def with_words(found: Sequence[AccessPoint]) -> Sequence[AccessPoint]:
    """Each with whether it `is_heard`, and that in `words`: one query."""
    on_line = network.heard_on_line({one.mac for one in found if one.mac})
    for one in found:
        point = network.point_of(one.place_id, one.seen_at, one.listed_at, on_line.get(one.mac))
        one.is_heard = point.last_at is not None and not point.is_silent
        one.words = point_words(point)
    return found


def silent() -> Q:
    living = with_words(list(AccessPoint.objects.filter(removed_at=None)))
    return Q(pk__in=[one.pk for one in living if not one.is_heard])


def point_words(point: network.Point) -> str:
    if point.last_at is None:
        return _("从没有消息")
    when = {"when": dates.clock_words(point.last_at, now())}
    return (_("%(when)s 起没有消息") if point.is_silent else _("正常，%(when)s 有消息")) % when


def late_list() -> datetime | None:
    """When the newest list of access points was made, where that is so long ago that what it says may no longer hold."""
    listed = AccessPoint.objects.filter(removed_at=None).aggregate(newest=Max("listed_at"))["newest"]
    return listed if listed and now() - listed > LATE_LIST else None


def points() -> QuerySet[AccessPoint]:
    """With the `storey` of each: that of its room, else what was written down, else None."""
    found = AccessPoint.objects.filter(removed_at=None).select_related("place__parent__parent__parent")
    return found.annotate(storey=Coalesce("place__room__floor", "floor")).order_by("name")


def building_of(place: Any) -> Any:
    """The place right below its campus."""
    while place.parent is not None and place.parent.kind != CAMPUS:
        place = place.parent
    return place


def coverage(floor: int | None = None) -> list[Area]:
    """Four queries, however many buildings; of one floor five."""
    areas, known = outlined(floor)
    for point in with_words(list(points())):
        if (found := known.get(building_of(point.place).pk)) is None:
            continue
        storey: int | None = point.storey  # type: ignore[attr-defined]  # annotated by `points`
        if storey is not None:
            found.floors.add(storey)
        if floor is None or storey == floor:
            found.points.append(point)
        found.unplaced += storey is None
    if floor is not None:
        rooms = campus.Room.objects.filter(floor=floor, place__closed_at=None)
        having = set(rooms.values_list("place__parent", flat=True))
        for key, building in known.items():
            building.has_floor = floor in building.floors or key in having
    return areas


def map_around(point: AccessPoint) -> list[Area]:
    """The campus where it hangs, on its floor; all of them where that is on no map."""
    return around_place(coverage(point.storey), point.place)  # type: ignore[attr-defined]  # annotated by `points`


def around_place(areas: list[Area], place: Any) -> list[Area]:
    key = building_of(place).pk
    return [area for area in areas if area.height and any(one.pk == key for one in area.buildings)] or areas


@dataclass(frozen=True, slots=True)
class Shown:
    """The map of one floor, or of whole buildings, and the floors that can be chosen."""

    areas: list[Area]
    floors: list[int]
    floor: int | None


def floor_of(said: str) -> int | None:
    return int(said) if FLOOR.fullmatch(said) else None


def on_floor(said: str) -> Shown:
    """As an address says it; what is no floor that anything is known of is none."""
    floor = floor_of(said)
    areas = coverage(floor)
    floors = sorted({floor for area in areas for one in area.buildings for floor in one.floors})
    return Shown(areas, floors, floor) if floor is None or floor in floors else Shown(coverage(), floors, None)


def to_draw_on(floor: int | None, found: CoveredArea | None = None) -> list[Area]:
    """For who draws an outline: the others of its floor, with room around them; that one alone is missing, for it stands in the form."""
    areas, _known = outlined(floor, without=found.pk if found else None, more=ROOM)
    return around_place(areas, found.place) if found else areas


def outlined(
    floor: int | None = None, *, without: int | None = None, more: float = 0
) -> tuple[list[Area], dict[int, Covered]]:
    """Campuses with their buildings and what is known of their outlines; the buildings by their id. `without`: an outline that is not drawn;
    `more`: the part of a campus's size that is free on each side."""
    built = campus.open_places().exclude(kind="room").exclude(kind=CAMPUS).filter(parent__kind=CAMPUS)
    areas: dict[int, Area] = {}
    known: dict[int, Covered] = {}
    for place in built.select_related("parent").order_by("parent__key", "key"):
        parent: Any = place.parent
        known[place.pk] = Covered(place.pk, place.name, place.key)
        areas.setdefault(parent.pk, Area(parent.name, [])).buildings.append(known[place.pk])
    draw(areas.values(), floor, without=without, more=more)
    return list(areas.values()), known


def draw(areas: Iterable[Area], floor: int | None, *, without: int | None = None, more: float = 0) -> None:
    """Of each part of a building one outline; each campus has one scale for all its floors."""
    parts: dict[int, dict[int, dict[int | None, CoveredArea]]] = {}
    for one in CoveredArea.objects.select_related("place__parent__parent__parent"):
        parts.setdefault(building_of(one.place).pk, {}).setdefault(one.place_id, {})[one.floor] = one
    for area in areas:
        placed = [(one, parts[one.pk]) for one in area.buildings if one.pk in parts]
        rings = [one.ring for _building, of in placed for held in of.values() for one in held.values()]
        area.scale = rules.scale_of([*rings, rules.around(rings, more)] if rings and more else rings)
        for number, (building, of_building) in enumerate(placed, start=1):
            shown = [outline for held in of_building.values() if (outline := rules.ring_on(held, floor))]
            drawn = [one.ring for one in shown if one.pk != without]
            building.floors |= {one for held in of_building.values() for one in held if one is not None}
            building.outlines = [area.scale.points_of(ring) for ring in drawn]
            if drawn:
                building.number, building.middle = number, area.scale.middle_of(drawn[0])


def map_sheets() -> list[MapSheet]:
    """The campuses of which outlines are known."""
    return [
        MapSheet(
            area.name,
            area.width,
            area.height,
            [Outline(one.key, one.outlines, one.middle) for one in area.buildings if one.outlines],
        )
        for area in outlined()[0]
        if area.height
    ]
