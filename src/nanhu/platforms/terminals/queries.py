"""Kiosks as people look for them, and what the office must see to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from nanhu.kernel.clock import now
from nanhu.platforms.terminals.models import Kiosk, KioskAlarm, Terminal
from nanhu.platforms.terminals.rules import Condition, is_online, serves, troubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A kiosk with what may be said of it now."""

    kiosk: Kiosk
    is_online: bool
    is_serving: bool
    troubles: tuple[str, ...]

    @property
    def tone(self) -> str:
        if not self.is_serving:
            return "danger"
        return "attention" if self.troubles else "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard:
    """Where its kiosks stand on the map, with a margin."""

    name: str
    left: int
    top: int
    width: int
    height: int


MARGIN = 44


def kiosks() -> QuerySet[Kiosk]:
    found = Kiosk.objects.select_related("terminal").filter(terminal__state=Terminal.State.ON)
    return found.order_by("terminal__kind", "yard", "terminal__number")


def sites(found: Iterable[Kiosk]) -> list[Site]:
    moment = now()
    return [site_of(kiosk, moment) for kiosk in found]


def site_of(kiosk: Kiosk, moment: datetime) -> Site:
    online = is_online(kiosk.terminal.last_seen, at=moment)
    said = Condition(paper=kiosk.paper, cards_left=kiosk.cards_left, fault=kiosk.fault)
    found = troubles(said) if kiosk.reported_at else frozenset()
    is_serving = serves(kiosk.terminal.kind, found, online=online)
    return Site(kiosk=kiosk, is_online=online, is_serving=is_serving, troubles=tuple(sorted(found)))


def yards(found: Iterable[Site]) -> list[Yard]:
    spots: dict[str, list[tuple[int, int]]] = {}
    for site in found:
        spots.setdefault(site.kiosk.yard, []).append((site.kiosk.map_x, site.kiosk.map_y))
    return [yard_around(name, places) for name, places in sorted(spots.items())]


def yard_around(name: str, places: list[tuple[int, int]]) -> Yard:
    across, down = [x for x, _y in places], [y for _x, y in places]
    left, top = min(across) - MARGIN, min(down) - MARGIN
    return Yard(name=name, left=left, top=top, width=max(across) + MARGIN - left, height=max(down) + MARGIN - top)


def open_alarms() -> QuerySet[KioskAlarm]:
    return (
        KioskAlarm.objects.select_related("kiosk__terminal")
        .filter(cleared_at=None)
        .exclude(kiosk__terminal__state="retired")
        .order_by("-raised_at", "pk")
    )


def past_alarms() -> QuerySet[KioskAlarm]:
    cleared = KioskAlarm.objects.select_related("kiosk__terminal").exclude(cleared_at=None)
    return cleared.order_by("-raised_at", "-pk")
