"""Bookings of elsewhere (已有的预订) brought in from a calendar file: their hours are held, and those that meet somebody are named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from icalendar import Calendar

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import CAMPUS_ZONE, now
from nanhu.platforms.campus import api as campus
from nanhu.services.venues.errors import CalendarRefusedError
from nanhu.services.venues.models import Venue
from nanhu.services.venues.services.holding import BLOCKS, locked_venue

MOST: Final = 500
LONGEST_TITLE: Final = 60
LONGEST_KEY: Final = 200
LONGEST: Final = timedelta(days=31)
AHEAD: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Event:
    key: str
    title: str
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Brought:
    """`refused`: what was not taken, and why."""

    taken: int
    known: int
    refused: list[tuple[str, str]]


@transaction.atomic
def bring_in(*, by: Actor, venue: Venue, content: bytes) -> Brought:
    """Each that meets nobody, once; what is over is left out."""
    row = locked_venue(venue.pk)
    found, refused = events_of(row, content)
    present = set(
        campus.Occupancy.objects.filter(source=BLOCKS, room=row.room_id, held=True).values_list("key", flat=True)
    )
    taken = known = 0
    for one in found:
        if one.key in present:
            known += 1
            continue
        met = take(by, row, one)
        if met:
            refused.append((f"{campus.span_words(one.begins_at, one.ends_at)} {one.title}", met))
        else:
            present.add(one.key)
            taken += 1
    facts = {"bookings": taken}
    audit.record(by=by, action="venues.bring_in", target=f"venue:{row.public_id}", facts=facts)
    return Brought(taken, known, refused)


def take(by: Actor, venue: Venue, one: Event) -> str:
    """Empty, or whom it meets."""
    hold = campus.Hold(
        room=venue.room_id,
        begins_at=one.begins_at,
        ends_at=one.ends_at,
        kind=campus.Occupancy.Kind.BOOKING,
        key=one.key,
        what=one.title,
    )
    try:
        with transaction.atomic():
            campus.hold_rooms(by=by, source=BLOCKS, holds=[hold])
    except (campus.RoomTakenError, campus.PlaceClosedError) as error:
        return error.message
    return ""


def events_of(venue: Venue, content: bytes) -> tuple[list[Event], list[tuple[str, str]]]:
    """Those to come, and those that cannot be read."""
    try:
        components = list(Calendar.from_ical(content.decode("utf-8-sig")).walk("VEVENT"))
    except (ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        raise CalendarRefusedError from error
    if not 0 < len(components) <= MOST:
        raise CalendarRefusedError
    found, refused = [], []
    for one in read(venue, components):
        if isinstance(one, Event):
            found.append(one)
        elif one:
            refused.append(one)
    return found, refused


def read(venue: Venue, components: list[Any]) -> Iterator[Event | tuple[str, str] | None]:
    """The key names the venue: the same file may be brought to another one."""
    last = now() + AHEAD
    for one in components:
        title = " ".join(str(one.get("summary", "")).replace("\0", "").split())[:LONGEST_TITLE] or str(_("已有的预订"))
        begins, ends = (moment_of(one.get(name)) for name in ("dtstart", "dtend"))
        if one.get("rrule") is not None:
            yield title, str(_("有重复规则，请先在原来的日历里展开"))
        elif begins is None or ends is None or begins >= ends:
            yield title, str(_("没有写清从几点到几点"))
        elif begins > last or ends - begins > LONGEST:
            yield title, str(_("在 400 天以后，或一次超过 31 天"))
        elif ends <= now() or str(one.get("status", "")).upper() == "CANCELLED":
            yield None
        else:
            uid = str(one.get("uid", "")).replace("\0", "")[:LONGEST_KEY]
            yield Event(f"{venue.public_id}/{uid}/{begins.isoformat()}", title, begins, ends)


def moment_of(said: Any) -> datetime | None:
    """A day alone says no hours; what has no zone is of the campus."""
    value = getattr(said, "dt", None)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=CAMPUS_ZONE)
