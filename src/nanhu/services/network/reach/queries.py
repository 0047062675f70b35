"""Reads of reach: resources from where the reader stands, buildings with their access points on a map, what the search finds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.registry import Hit, MapSheet, Outline, Viewer
from nanhu.kernel.ui import dates
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.services.network.api import SILENT_POINT
from nanhu.services.network.reach import policies, rules
from nanhu.services.network.reach.models import AccessPoint, CoveredArea, Resource
from nanhu.services.network.reach.rules import Standing, Way

CAMPUS: Final = "campus"
HEALTH_TONES: Final[Mapping[str, Tone]] = {"up": "good", "down": "bad", "unknown": "none"}


def listed_words(row: Resource) -> str:
    return "—" if row.is_listed is None else _("通") if row.is_listed else _("没有清单通到它")


def resources() -> QuerySet[Resource]:
    return Resource.objects.filter(removed_at=None).select_related("unit").order_by("kind", "name")


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


def resource_hits() -> Iterable[Hit]:
    for one in resources():
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
    """A building with its access points; none: it is not covered. `number` is its place on the map."""

    name: str
    key: str
    points: list[AccessPoint] = field(default_factory=list)
    outlines: list[str] = field(default_factory=list)
    middle: tuple[float, float] = (0, 0)
    number: int = 0

    @property
    def silent(self) -> int:
        return sum(not is_heard(one) for one in self.points)

    @property
    def tone(self) -> str:
        if not self.points:
            return "none"
        return "bad" if self.silent == len(self.points) else "warn" if self.silent else "good"

    @property
    def words(self) -> str:
        if not self.points:
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
    height: int = 0
    width: int = rules.WIDTH

    @property
    def covered(self) -> int:
        return sum(bool(one.points) for one in self.buildings)


def is_heard(point: AccessPoint) -> bool:
    return point.seen_at is not None and now() - point.seen_at <= SILENT_POINT


def point_words(point: AccessPoint) -> str:
    if point.seen_at is None:
        return _("从没有消息")
    if is_heard(point):
        return _("正常，%(when)s 有消息") % {"when": dates.clock_words(point.seen_at, now())}
    return _("%(when)s 起没有消息") % {"when": dates.clock_words(point.seen_at, now())}


def points() -> QuerySet[AccessPoint]:
    found = AccessPoint.objects.filter(removed_at=None).select_related("place__parent__parent__parent")
    return found.order_by("name")


def building_of(place: Any) -> Any:
    """The place right below its campus."""
    while place.parent is not None and place.parent.kind != CAMPUS:
        place = place.parent
    return place


def coverage() -> list[Area]:
    """Three queries, however many buildings."""
    areas, known = outlined()
    for point in points():
        if (found := known.get(building_of(point.place).pk)) is not None:
            found.points.append(point)
    return areas


def outlined() -> tuple[list[Area], dict[int, Covered]]:
    """Campuses with their buildings and what is known of their outlines; the buildings by their id."""
    built = campus.open_places().exclude(kind="room").exclude(kind=CAMPUS).filter(parent__kind=CAMPUS)
    areas: dict[int, Area] = {}
    known: dict[int, Covered] = {}
    for place in built.select_related("parent").order_by("parent__key", "key"):
        parent: Any = place.parent
        known[place.pk] = Covered(place.name, place.key)
        areas.setdefault(parent.pk, Area(parent.name, [])).buildings.append(known[place.pk])
    draw(list(areas.values()), known)
    return list(areas.values()), known


def draw(areas: Sequence[Area], known: dict[int, Covered]) -> None:
    """Outlines of floors lie over each other; each campus has a scale of its own."""
    rings: dict[int, list[Any]] = {}
    for one in CoveredArea.objects.select_related("place__parent__parent__parent").order_by("floor"):
        rings.setdefault(building_of(one.place).pk, []).append(one.ring)
    for area in areas:
        placed = [(key, one) for key, one in known.items() if one in area.buildings and key in rings]
        owners = [one for key, one in placed for _ring in rings[key]]
        sheet = rules.drawn([ring for key, _one in placed for ring in rings[key]])
        for owner, points_of, middle in zip(owners, sheet.points, sheet.middles, strict=True):
            owner.outlines.append(points_of)
            owner.middle = middle
        area.height = sheet.height
        for number, building in enumerate([one for one in area.buildings if one.outlines], start=1):
            building.number = number


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
