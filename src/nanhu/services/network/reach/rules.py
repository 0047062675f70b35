"""Pure rules of reach: networks and ports as they are typed, where an address stands, what that means for a resource, outlines on a map."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from math import cos, radians
from typing import Any, Final

from nanhu.kernel import outgoing

PROMISE_VERSION: Final = "2026-11"
"""Of the 保密承诺 as "network_reach/_promise.html" says it: grows with each change of its words."""
LONGEST_DAYS: Final = 366
RENEWED_WITHIN: Final = timedelta(days=14)
"""Of its end, an open account may be asked for anew."""
TOLD_BEFORE: Final = (14, 3)
"""Days before its end on which its holder is told."""
USES_KEPT: Final = timedelta(days=90)
FILES_KEPT: Final = timedelta(days=35)
"""Longer than any session lasts: a week at most."""
CLOCKS_APART: Final = timedelta(hours=1)
"""What is later in a list than that would be its newest word for as long, by which all that is not as new has fallen silent."""
MOST_PORT: Final = 65_535
WIDEST: Final = {4: 8, 6: 32}
"""Prefix lengths: a school's 10.0.0.0/8, and what a whole school has of IPv6."""
MOST_TOGETHER: Final = {4: 2**25, 6: 2**97}
"""Addresses of one list: a /8 and all that is private besides; two of the widest of IPv6."""
NO_PLACES: Final[tuple["Network", ...]] = tuple(
    ip_network(one)
    for one in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "fe80::/10", "ff00::/8")
)
"""This network, this machine, this cable, groups, nobody."""
STAND_INS: Final[tuple["Network", ...]] = (
    *(ip_network(one) for one in ("::ffff:0:0/96", "2002::/16")),
    *outgoing.TRANSLATED,
    *outgoing.TUNNELS,
)
"""IPv6 by which an IPv4 address is reached in truth: mapped, 6to4, NAT64, Teredo."""
LEAST_CORNERS, MOST_CORNERS = 4, 400
BETWEEN: Final = re.compile(r"[\s,，;；、]+")
SYSTEMS: Final = (
    ("android", "android"),
    ("openharmony", "android"),
    ("windows", "windows"),
    ("mac os", "macos"),
    ("linux", "linux"),
)
"""Marks in what a browser calls itself, the more special first."""

CORNERS: Final = re.compile(r"[\n;；]+")
DEGREES: Final = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)[\s,，]+(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)")
MILLION: Final = 1_000_000
FIFTY_METRES: Final = 0.0005
"""In degrees."""
ORIGIN: Final = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?")
VERSION: Final = re.compile(r"\d+(?:\.\d+)+")

type Network = IPv4Network | IPv6Network
type Ring = list[tuple[float, float]]


class CrossingError(ValueError):
    """Of an outline: two of its sides meet, or all of it is one line."""


class Standing(StrEnum):
    CAMPUS = "campus"
    VPN = "vpn"
    OUTSIDE = "outside"


class Way(StrEnum):
    """How who stands there comes to a resource."""

    OPEN = "open"
    BY_WEB = "by_web"
    BY_VPN = "by_vpn"
    CARSI = "carsi"
    CAMPUS_ONLY = "campus_only"


def networks_of(text: str) -> list[Network]:
    """One or more, as "10.1.0.0/16" or a single address. Raises ValueError with what is none."""
    return [network_named(one) for one in BETWEEN.split(text) if one]


def network_named(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(text) from error


def ports_of(text: str) -> list[int]:
    """In order, each once. Raises ValueError with what is none."""
    found = set()
    for one in filter(None, BETWEEN.split(text)):
        if not (one.isascii() and one.isdigit() and len(one) <= len(str(MOST_PORT)) and 0 < int(one) <= MOST_PORT):
            raise ValueError(one)
        found.add(int(one))
    return sorted(found)


def is_too_wide(network: Network) -> bool:
    return network.prefixlen < WIDEST[network.version]


def are_too_wide(networks: Iterable[Network]) -> bool:
    """All of them together, each address once: many that pass alone would take all traffic."""
    wanted = list(networks)
    for version, most in MOST_TOGETHER.items():
        several: list[Any] = [one for one in wanted if one.version == version]
        if sum(one.num_addresses for one in collapse_addresses(several)) > most:
            return True
    return False


def is_no_place(network: Network) -> bool:
    return any(meets(network, one) for one in (*NO_PLACES, *STAND_INS))


def meets(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def networks_holding(network: Network) -> frozenset[str]:
    """All networks in which the whole of it lies, itself too, as they are written."""
    return frozenset(str(network.supernet(new_prefix=length)) for length in range(network.prefixlen + 1))


def standing_of(address: str, *, campus: Iterable[Network], vpn: Iterable[Network]) -> Standing:
    """Networks of the VPN lie within those of the campus, so they come first."""
    try:
        found = ip_address(address)
    except ValueError:
        return Standing.OUTSIDE
    if any(found in network for network in vpn):
        return Standing.VPN
    return Standing.CAMPUS if any(found in network for network in campus) else Standing.OUTSIDE


def way_to(reach: str, standing: Standing, *, may_use_vpn: bool, has_gate: bool = False) -> Way:
    if reach == "open" or standing == Standing.CAMPUS or (standing == Standing.VPN and reach == "vpn"):
        return Way.OPEN
    if reach == "carsi":
        return Way.CARSI
    if reach != "vpn" or not may_use_vpn:
        return Way.CAMPUS_ONLY
    return Way.BY_WEB if has_gate else Way.BY_VPN


def prefix_of(address: str) -> str:
    """The network that stands for a place: no more is kept of where somebody was. "" where it is no address."""
    try:
        found = ip_address(address.strip())
    except ValueError:
        return ""
    return str(ip_network((found, 24 if isinstance(found, IPv4Address) else 48), strict=False))


def networks_around(address: str) -> list[str]:
    """All networks that an address lies in, the narrowest first, as they are written; [] where it is none."""
    try:
        found = ip_address(address.strip())
    except ValueError:
        return []
    return [str(ip_network((found, length), strict=False)) for length in range(found.max_prefixlen, -1, -1)]


def origin_of(address: str) -> str:
    """Scheme, host and port of an address; "" where the host is no plain name or IPv4 address."""
    found = ORIGIN.match(address.strip().lower())
    return found.group() if found and address.strip()[found.end() : found.end() + 1] in {"", "/", "?", "#"} else ""


def host_of(origin: str) -> str:
    """Without scheme and port; of what `origin_of` gave."""
    return origin.partition("://")[2].partition(":")[0]


def system_of(user_agent: str) -> str:
    folded = user_agent.casefold()
    if "iphone" in folded or "ipad" in folded:
        return ""
    return next((system for mark, system in SYSTEMS if mark in folded), "")


@dataclass(frozen=True, slots=True)
class Program:
    """A VPN program, and the oldest version of it that may stay connected."""

    name: str
    oldest: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name} ≥ {'.'.join(map(str, self.oldest))}"


def program_of(text: str) -> Program:
    """Of "AnyConnect 4.10". Raises ValueError."""
    name, _space, version = text.rpartition(" ")
    if not name or not VERSION.fullmatch(version):
        raise ValueError(text)
    return Program(name, version_of(version))


def version_of(text: str) -> tuple[int, ...]:
    """The first number with dots in it; () where there is none. Zeros behind say nothing."""
    found = VERSION.search(text)
    parts = [int(one) for one in found.group().split(".")] if found else []
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def is_fit(user_agent: str, programs: Sequence[Program]) -> bool:
    """Whether a VPN program, as it calls itself, may stay connected; the longest name that fits counts."""
    named = [one for one in programs if user_agent.startswith(one.name)]
    if not named:
        return not programs
    demanded = max(named, key=lambda one: len(one.name))
    return version_of(user_agent[len(demanded.name) :]) >= demanded.oldest


def ring_of(found: Any) -> Ring:
    """The outer ring of a GeoJSON Polygon (RFC 7946), closed. Raises ValueError, and CrossingError where it crosses itself."""
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    if not isinstance(found, dict) or found.get("type") != "Polygon" or not isinstance(found.get("coordinates"), list):
        raise ValueError("no polygon")
    rings = found["coordinates"]
    if not rings or not isinstance(rings[0], list) or not LEAST_CORNERS <= len(rings[0]) <= MOST_CORNERS:
        raise ValueError("corners")
    ring = [corner_of(one) for one in rings[0]]
    if ring[0] != ring[-1]:
        raise ValueError("not closed")
    corners = [corner for corner, before in zip(ring[1:], ring, strict=False) if corner != before]
    if len(corners) + 1 < LEAST_CORNERS or crosses_itself(corners):
        raise CrossingError
    return [corners[-1], *corners]


def ring_typed(text: str) -> Ring:
    """Corners as an engineer types them, a line each: longitude, latitude. Closed or not. Raises ValueError with the line that is no corner,
    or with nothing where there are too few or too many, or where the outline crosses itself."""
    corners: Ring = []
    for line in filter(None, map(str.strip, CORNERS.split(text))):
        found = DEGREES.fullmatch(line)
        try:
            corner = corner_of([float(one) for one in found.groups()] if found else None)
        except ValueError as error:
            raise ValueError(line) from error
        if corner not in corners[-1:]:
            corners.append(corner)
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if not LEAST_CORNERS <= len(corners) + 1 <= MOST_CORNERS or crosses_itself(corners):
        raise ValueError("")
    return [*corners, corners[0]]


def as_typed(ring: Sequence[Sequence[float]]) -> str:
    return "\n".join(f"{east}, {north}" for east, north in ring[:-1])


def crosses_itself(corners: Sequence[tuple[float, float]]) -> bool:
    """Whether two of its sides meet elsewhere than at the corner that they share, or all of it is one line."""
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    last = len(sides) - 1
    if not any(turn(*sides[0], corner) for corner in corners):
        return True
    return any(
        meet(one, other)
        for number, one in enumerate(sides)
        for at, other in enumerate(sides[number + 2 :], start=number + 2)
        if (number, at) != (0, last)
    )


def meet(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    (a, b), (c, d) = one, other
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return turn(a, b, c) * turn(a, b, d) <= 0 and turn(c, d, a) * turn(c, d, b) <= 0


def turn(a: Sequence[float], b: Sequence[float], c: Sequence[float]) -> int:
    """-1 or 1: on which side of a line a corner lies; 0: on it, in whole millionths of a degree, in which corners are kept."""
    (ax, ay), (bx, by), (cx, cy) = ((round(x * MILLION), round(y * MILLION)) for x, y in (a, b, c))
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    return (area > 0) - (area < 0)


def around(rings: Sequence[Sequence[Sequence[float]]], part: float) -> Ring:
    """The corners of a box around all of them with so much of its width and height more on each side, and 50 metres at the least."""
    east = [corner[0] for ring in rings for corner in ring]
    north = [corner[1] for ring in rings for corner in ring]
    more = [max((max(one) - min(one)) * part, FIFTY_METRES) for one in (east, north)]
    return [(min(east) - more[0], min(north) - more[1]), (max(east) + more[0], max(north) + more[1])]


def corner_of(found: Any) -> tuple[float, float]:
    is_pair = isinstance(found, list) and len(found) in {2, 3} and all(type(one) in {int, float} for one in found)
    if not is_pair or not (-180 <= found[0] <= 180 and -90 <= found[1] <= 90):  # noqa: PLR2004 - degrees
        raise ValueError("corner")
    return round(float(found[0]), 6), round(float(found[1]), 6)


WIDTH: Final = 640
MARGIN: Final = 24
TALLEST: Final = 640


@dataclass(frozen=True, slots=True)
class Scale:
    """How a campus lies on its drawing, north above: it is small enough to be flat. `across` and `up` are units of the drawing a degree;
    `height` is that of the drawing at a width of `WIDTH`, 0 where nothing is drawn."""

    west: float = 0
    north: float = 0
    across: float = 1
    up: float = 1
    height: int = 0

    @property
    def said(self) -> str:
        """For the script that turns a press on the drawing into degrees."""
        return f"{self.west} {self.north} {self.across} {self.up} {MARGIN}"

    def at(self, corner: Sequence[float]) -> tuple[float, float]:
        """(longitude, latitude) on the drawing."""
        x, y = (corner[0] - self.west) * self.across, (self.north - corner[1]) * self.up
        return round(MARGIN + x, 1), round(MARGIN + y, 1)

    def points_of(self, ring: Sequence[Sequence[float]]) -> str:
        """As SVG takes them."""
        return " ".join(f"{x},{y}" for x, y in map(self.at, ring))

    def middle_of(self, ring: Sequence[Sequence[float]]) -> tuple[float, float]:
        corners = [self.at(corner) for corner in ring[:-1]]
        return round(sum(x for x, _y in corners) / len(corners), 1), round(
            sum(y for _x, y in corners) / len(corners), 1
        )


def scale_of(rings: Sequence[Sequence[Sequence[float]]]) -> Scale:
    """The one at which all of them fit."""
    if not rings:
        return Scale()
    east = [corner[0] for ring in rings for corner in ring]
    north = [corner[1] for ring in rings for corner in ring]
    shrink = cos(radians(sum(north) / len(north)))
    width = max((max(east) - min(east)) * shrink, 1e-6)
    tall = max(max(north) - min(north), 1e-6)
    up = min((WIDTH - 2 * MARGIN) / width, (TALLEST - 2 * MARGIN) / tall)
    return Scale(min(east), max(north), shrink * up, up, round(tall * up) + 2 * MARGIN)


def ring_on[R](rings: Mapping[int | None, R], floor: int | None) -> R | None:
    """Of the outlines of a building by floor the one to draw: that of the floor, else that of the whole. Where no floor is chosen and none
    is of the whole, the lowest above the ground."""
    if floor is not None or None in rings:
        return rings.get(floor) or rings.get(None)
    floors = sorted((one for one in rings if one is not None), key=lambda one: (one < 0, abs(one)))
    return rings[floors[0]] if floors else None
