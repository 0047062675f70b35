"""What the pages of doors read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet

from nanhu.kernel.clock import now
from nanhu.platforms.access.models import AntiPassback, Door, DoorEmergency, DoorRule, Passage, Presence
from nanhu.platforms.access.reasons import remark_of, sentence_of
from nanhu.platforms.campus import api as campus
from nanhu.platforms.campus.api import Place
from nanhu.platforms.people import api as people

SILENT: Final = timedelta(seconds=30)
LATEST: Final = 10
LOG_ROWS: Final = 200
OWN_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class DoorLine:
    """A door as it last spoke. `has_heard`: it stands as it should in an emergency."""

    door: Door
    is_online: bool
    should_be_open: bool

    @property
    def has_heard(self) -> bool:
        return self.is_online and self.door.said_open == self.should_be_open


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place with its doors. `is_closed`: they let nobody in; `emergency`: of it or of one above it."""

    place: Place
    depth: int
    is_closed: bool
    doors: tuple[DoorLine, ...]
    emergency: DoorEmergency | None


@dataclass(frozen=True, slots=True)
class PassageLine:
    passage: Passage
    who: str
    campus_no: str
    sentence: str
    remark: str


def place_lines() -> list[PlaceLine]:
    """The tree in its order, as far as there are doors in it: a school has thousands of rooms, and few of them one of ours."""
    return lines_of(Place.objects.filter(pk__in=Door.objects.values("place")))


def line_at(place: Place) -> PlaceLine:
    return next(line for line in lines_of(Place.objects.filter(pk=place.pk)) if line.place.pk == place.pk)


def lines_of(wanted: QuerySet[Place]) -> list[PlaceLine]:
    """These and all above them, each with its doors; three queries."""
    tree = campus.place_lines(wanted)
    doors = Door.objects.select_related("terminal").order_by("terminal__number")
    by_place: dict[int, list[Door]] = {}
    for door in doors:
        by_place.setdefault(door.place_id, []).append(door)
    opened = {one.place_id: one for one in open_emergencies()}
    parents = {line.place.pk: line.place.parent_id for line in tree}
    return [
        line_of(line, by_place.get(line.place.pk, []), emergency_of(line.place.pk, parents, opened)) for line in tree
    ]


def emergency_of(
    place: int | None, parents: dict[int, int | None], opened: dict[int, DoorEmergency]
) -> DoorEmergency | None:
    while place is not None:
        if place in opened:
            return opened[place]
        place = parents[place]
    return None


def line_of(line: campus.PlaceLine, doors: Iterable[Door], emergency: DoorEmergency | None) -> PlaceLine:
    moment = now()
    shown = (
        DoorLine(door, door.said_at is not None and moment - door.said_at <= SILENT, emergency is not None)
        for door in doors
    )
    return PlaceLine(line.place, line.depth, line.is_closed, tuple(shown), emergency)


def open_emergencies() -> QuerySet[DoorEmergency]:
    return DoorEmergency.objects.filter(closed_at=None, ends_at__gt=now()).select_related("place").order_by("ends_at")


def past_emergencies(most: int) -> list[DoorEmergency]:
    rows = DoorEmergency.objects.select_related("place").order_by("-opened_at")[:most]
    return [one for one in rows if one.closed_at or one.ends_at <= now()]


def living_rules() -> QuerySet[DoorRule]:
    rows = DoorRule.objects.filter(withdrawn_at=None).select_related("place", "person", "unit")
    return rows.order_by("place__key", "is_allowed", "id")


def withdrawn_rules() -> QuerySet[DoorRule]:
    return DoorRule.objects.exclude(withdrawn_at=None).select_related("place", "person", "unit")


def rules_over(place: Place) -> QuerySet[DoorRule]:
    """Those of the place itself and those above that cover it."""
    above, here = [], place.parent
    while here is not None:
        above.append(here.pk)
        here = here.parent
    return living_rules().filter(Q(place=place) | Q(place__in=above, covers_below=True))


def inside(place: Place) -> int:
    return Presence.objects.filter(place=place, is_inside=True).count()


def pass_back_of(place: Place) -> AntiPassback.Mode:
    found = AntiPassback.objects.filter(place=place).first()
    return AntiPassback.Mode(found.mode) if found else AntiPassback.Mode.OFF


def passages_at(
    place: Place, *, narrow: Callable[[QuerySet[Passage]], QuerySet[Passage]] = lambda rows: rows, most: int = LATEST
) -> list[PassageLine]:
    rows = narrow(Passage.objects.filter(place=place).select_related("door__terminal"))
    return passage_lines(rows.order_by("-at", "-id")[:most])


def own_passages(person_id: int) -> list[PassageLine]:
    rows = Passage.objects.filter(person_id=person_id).select_related("door__terminal", "place")
    return passage_lines(rows.order_by("-at", "-id")[:OWN_ROWS])


def passage_lines(rows: Iterable[Passage]) -> list[PassageLine]:
    found = list(rows)
    holders = people.person_cards({one.person_id for one in found if one.person_id is not None})
    lines = []
    for one in found:
        holder = holders.get(one.person_id) if one.person_id is not None else None
        remark = remark_of(one.remark) if one.remark else ""
        named = (holder.name, holder.campus_no) if holder else ("", "")
        lines.append(PassageLine(one, *named, sentence_of(one.code), remark))
    return lines


def door_words(line: PassageLine) -> str:
    """图书馆正门 · 进 · 刷卡."""
    one = line.passage
    return f"{one.door.terminal.place} · {one.get_direction_display()} · {one.get_means_display()}"


def with_masked_names(lines: Iterable[PassageLine]) -> list[PassageLine]:
    """For a screen that stands in the guard's room."""
    return [
        PassageLine(one.passage, people.masked_name(one.who) if one.who else "", "", one.sentence, one.remark)
        for one in lines
    ]


def today_counts(place: Place) -> dict[str, int]:
    since = now() - timedelta(days=1)
    rows = Passage.objects.filter(place=place, at__gte=since)
    return rows.aggregate(
        opened=Count("id", filter=Q(is_opened=True)),
        refused=Count("id", filter=Q(is_opened=False)),
        remarked=Count("id", filter=~Q(remark="")),
    )
