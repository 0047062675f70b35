"""Hours of a venue taken and given back, in the one register of who stands in a room; and who waits for them is asked."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Least
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.ui.words import lazy_filled
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.services.venues import queries
from nanhu.services.venues.errors import NotFreeError
from nanhu.services.venues.models import Application, Booking, Venue, Waiting
from nanhu.services.venues.rules import OFFERED_FOR
from nanhu.services.venues.services.telling import tell_waiting

BOOKINGS: Final = "venues.booking"
OFFERS: Final = "venues.waiting"
BLOCKS: Final = "venues.block"
DISPLACED: Final = "venues.displaced"
"""Hours of what displaced a booking: given back by the office alone, and to nobody who waits."""
DRAWS: Final = "venues.draw"
"""Hours that are given by lot, until they are."""
CLOCK: Final = Actor.system("venues.clock")
type Hours = tuple[datetime, datetime]


def locked_venue(venue_id: int) -> Venue:
    """Whoever books it comes one after the other."""
    found = queries.LOCKED.first(venue=venue_id)
    if found is None:
        raise NotFoundError(what=Venue.what)
    return found


def held_around(venue: Venue, hours: Hours) -> Hours:
    """With set-up and clear-up."""
    begins_at, ends_at = hours
    return begins_at - timedelta(minutes=venue.before), ends_at + timedelta(minutes=venue.after)


def hold(*, by: Actor, venue: Venue, source: str, wanted: Sequence[tuple[str, Hours]], what: str) -> None:
    """The hours of each key, all or none. The venue is locked by the caller."""
    if refused := queries.refused_of(venue, [hours for _key, hours in wanted]):
        raise not_free(venue, refused[0])
    held = [(key, held_around(venue, hours)) for key, hours in wanted]
    holds = [
        campus.Hold(
            room=venue.room_id, begins_at=begins, ends_at=ends, kind=campus.Occupancy.Kind.BOOKING, key=key, what=what
        )
        for key, (begins, ends) in held
    ]
    try:
        campus.hold_rooms(by=by, source=source, holds=holds)
    except (campus.RoomTakenError, campus.PlaceClosedError) as error:
        raise not_free(venue, wanted[0][1]) from error


def take_again(*, by: Actor, row: Booking) -> None:
    """Hours of a booking that were given back by mistake, and have begun, with set-up and clear-up as they were then. Its venue is locked by
    the caller."""
    again = campus.Hold(
        room=row.venue.room_id,
        begins_at=row.held_from,
        ends_at=row.held_to,
        kind=campus.Occupancy.Kind.BOOKING,
        key=str(row.public_id),
        what=str(row.application),
    )
    try:
        campus.hold_rooms(by=by, source=BOOKINGS, holds=[again])
    except (campus.RoomTakenError, campus.PlaceClosedError) as error:
        raise NotFreeError(when=campus.span_words(row.begins_at, row.ends_at), instead="") from error


def not_free(venue: Venue, hours: Hours) -> NotFreeError:
    """With the next hours of that day that would do."""
    found = queries.next_free(venue, hours)
    said = _("这天可以：%(when)s。") % {"when": campus.span_words(*found)} if found else ""
    return NotFreeError(when=campus.span_words(*hours), instead=said)


def give_back(*, by: Actor, venue: Venue, source: str, keys: Iterable[str], asks_next: bool = True) -> None:
    campus.release_rooms(by=by, source=source, keys=list(keys))
    if asks_next:
        offer_next(venue)


def offer_next(venue: Venue) -> None:
    """In the order of coming: whose hours are free now has two of his own to take them, and they are held meanwhile."""
    line = Waiting.objects.select_for_update(of=("self",)).filter(
        venue=venue, state=Waiting.State.WAITS, begins_at__gt=now()
    )
    for one in line.select_related("venue").order_by("created_at", "pk"):
        hours = (one.begins_at, one.ends_at)
        if may_be_offered(venue, one):
            hold(by=CLOCK, venue=venue, source=OFFERS, wanted=[(str(one.public_id), hours)], what=_("候补"))
            one.state, one.offered_until = Waiting.State.OFFERED, min(now() + OFFERED_FOR, one.begins_at)
            one.save(update_fields=["state", "offered_until"])
            audit.record(by=CLOCK, action="venues.offer", target=f"venue:{venue.public_id}", facts={"waiting": one.pk})
            until = f"{campus_time(one.offered_until):%H:%M}"
            tell_waiting([one], lazy_filled(_lazy("候补轮到您了，%(time)s 前有效"), time=until))


def give_time_back(began_at: datetime, lasted: timedelta) -> None:
    """While the school was read-only nobody could decide an application or take an offer: both have their time from then on."""
    Application.objects.filter(held_until__gt=began_at).update(held_until=F("held_until") + lasted)
    offers = Waiting.objects.filter(state=Waiting.State.OFFERED, offered_until__gt=began_at)
    offers.update(offered_until=Least(F("offered_until") + lasted, F("begins_at")))


def may_be_offered(venue: Venue, one: Waiting) -> bool:
    """Free, not taken by the office for something else, and he still is of those who may ask."""
    hours = (one.begins_at, one.ends_at)
    if queries.refused_of(venue, [hours]) or not queries.may_use(venue, people.person_card(one.person_id), venue.uses):
        return False
    displaced = campus.Occupancy.objects.filter(room=venue.room_id, source=DISPLACED)
    return not displaced.filter(during__overlap=held_around(venue, hours)).exists()


@transaction.atomic
def block(*, by: Actor, venue: Venue, begins_at: datetime, ends_at: datetime, reason: str) -> None:
    """Upkeep: nobody is offered these hours. Refused where somebody has them."""
    found = locked_venue(venue.pk)
    stand_in(by, found, (begins_at, ends_at), reason)
    facts: dict[str, Any] = {"booked_for": campus.span_words(begins_at, ends_at)}
    audit.record(by=by, action="venues.block", target=f"venue:{found.public_id}", reason=reason, facts=facts)


def blocks_of(venue: Venue) -> QuerySet[campus.Occupancy]:
    """Closed hours, bookings that were brought in, what displaced others; from now on."""
    found = campus.Occupancy.objects.filter(
        room=venue.room_id, source__in=[BLOCKS, DISPLACED], held=True, during__endswith__gt=now()
    )
    return found.order_by("during")


@transaction.atomic
def unblock(*, by: Actor, row: campus.Occupancy) -> None:
    venue = locked_venue(Venue.objects.values_list("pk", flat=True).get(room=row.room_id))
    give_back(by=by, venue=venue, source=row.source, keys=[row.key], asks_next=row.source == BLOCKS)
    audit.record(by=by, action="venues.unblock", target=f"venue:{venue.public_id}", facts={"booked_for": row.hours})


def stand_in(by: Actor, venue: Venue, hours: Hours, reason: str, source: str = BLOCKS) -> None:
    one = campus.Hold(
        room=venue.room_id,
        begins_at=hours[0],
        ends_at=hours[1],
        kind=campus.Occupancy.Kind.UPKEEP,
        key=str(uuid4()),
        what=reason,
    )
    campus.hold_rooms(by=by, source=source, holds=[one])
