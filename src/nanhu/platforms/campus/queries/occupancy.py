"""Reading who stands where: in a place from now on, in a room by the week, and which rooms are free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time, end_of, now, start_of
from nanhu.kernel.dated import rules_on
from nanhu.kernel.errors import NotFoundError
from nanhu.platforms.campus.models import Occupancy, PeriodTable, Place, Room
from nanhu.platforms.campus.queries.places import open_places
from nanhu.platforms.campus.rules import Band, Stay, bands_of, bands_with, hours

WEEK = timedelta(days=7)


def below(place: Place) -> RawSQL:
    """The place and all below it."""
    return RawSQL("SELECT id FROM campus_downwards(%s)", [place.pk])


def standing_in(place: Place) -> QuerySet[Occupancy]:
    """Who stands in it or below it from now on, the next first."""
    held = Occupancy.objects.filter(room__in=below(place), held=True, during__endswith__gt=now())
    return held.order_by("during", "pk")


def standing_in_rooms(rooms: Iterable[int]) -> set[int]:
    """Those of these rooms in which somebody stands now or later."""
    held = Occupancy.objects.filter(room__in=rooms, held=True, during__endswith__gt=now())
    return set(held.values_list("room", flat=True).distinct())


def rooms() -> QuerySet[Room]:
    return Room.objects.select_related("place__parent", "owner").order_by("place__key")


def shared_rooms() -> QuerySet[Room]:
    return rooms().exclude(kind__in=[Room.Kind.BEDROOM, Room.Kind.OFFICE])


def room_with(key: str) -> Room:
    found = rooms().filter(place__key=key).first()
    if found is None:
        raise NotFoundError(what=_("这个房间"))
    return found


def room_ids(keys: Iterable[str]) -> dict[str, int]:
    """By key; what is no room is absent."""
    return dict(Room.objects.filter(place__key__in=keys).values_list("place__key", "pk"))


def is_free(begins_at: datetime, ends_at: datetime) -> Q:
    """Open, and nobody stands in it meanwhile."""
    taken = Occupancy.objects.filter(room=OuterRef("pk"), held=True, during__overlap=(begins_at, ends_at))
    return ~Q(Exists(taken)) & Q(place__in=open_places().order_by())


def free_rooms(begins_at: datetime, ends_at: datetime) -> QuerySet[Room]:
    return rooms().filter(is_free(begins_at, ends_at))


def stays(room: Room, since: datetime, until: datetime) -> QuerySet[Occupancy]:
    return Occupancy.objects.filter(room=room, held=True, during__overlap=(since, until)).order_by("during")


@dataclass(frozen=True, slots=True)
class Week:
    """A room's week: rows of times, each with who stands there on each of its days."""

    monday: date
    days: tuple[date, ...]
    rows: list[tuple[Band, list[list[Occupancy]]]]


def week_of_room(room: Room, monday: date) -> Week:
    """By the periods of its campus where there are any on that Monday, else by the hour."""
    days = tuple(monday + timedelta(days=number) for number in range(7))
    standing = list(stays(room, start_of(days[0]), end_of(days[-1])))
    by_day = [[Stay(*minutes_on(one, day), one) for one in standing if is_on(one, day)] for day in days]
    return Week(monday, days, bands_with(bands_of(times_of(room, monday)), by_day))


def times_of(room: Room, day: date) -> Sequence[tuple[time, time]]:
    above = Place.objects.filter(pk__in=RawSQL("SELECT id FROM campus_upwards(%s)", [room.pk]))
    table = rules_on(PeriodTable.objects.filter(campus__in=above), day).first()
    return list(zip(table.starts, table.ends, strict=True)) if table else hours()


def is_on(one: Occupancy, day: date) -> bool:
    return bool(one.during.lower < end_of(day) and one.during.upper > start_of(day))


def minutes_on(one: Occupancy, day: date) -> tuple[int, int]:
    """From minute to minute of that day."""
    begins, finishes = max(one.during.lower, start_of(day)), min(one.during.upper, end_of(day))
    return minute_of(begins), minute_of(finishes) if campus_time(finishes).date() == day else 24 * 60


def minute_of(moment: datetime) -> int:
    here = campus_time(moment)
    return here.hour * 60 + here.minute
