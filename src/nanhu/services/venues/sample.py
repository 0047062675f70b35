"""What only the sample campus needs: venues and bookings through the same services, and bookings of the past, which nobody can make
any more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.services.venues.models import Application, Booking, Venue
from nanhu.services.venues.queries import moment_at, refused_of
from nanhu.services.venues.services import booking, displacing, keeping, keys, waiting
from nanhu.services.venues.services.booking import Order
from nanhu.services.venues.services.holding import BOOKINGS

__all__ = [
    "Booking",
    "Order",
    "Venue",
    "booking",
    "displacing",
    "enter_past",
    "keeping",
    "keys",
    "moment_at",
    "refused_of",
    "waiting",
]
BY = Actor.system("demo")


@transaction.atomic
def enter_past(
    *, venue: Venue, person_id: int, state: str, hours: tuple[datetime, datetime], facts: Mapping[str, Any]
) -> Booking:
    """As it ended, or as it goes on; what goes on holds its hours."""
    card = people.person_card(person_id)
    made = Application.objects.create(
        token=uuid4(),
        use=venue.uses[0],
        person_id=person_id,
        person_name=card.name if card else "",
        title="羽毛球训练",
        purpose="社团训练",
        headcount=12,
        held_until=hours[0],
        created_at=hours[0],
    )
    begins, ends = hours
    held = {"held_from": begins, "held_to": ends}
    row = Booking.objects.create(
        application=made, venue=venue, state=state, begins_at=begins, ends_at=ends, **held, **facts
    )
    if state == Booking.State.IN_USE:
        kind = campus.Occupancy.Kind.BOOKING
        hold = campus.Hold(
            room=venue.room_id, begins_at=begins, ends_at=ends, kind=kind, key=str(row.public_id), what=made.title
        )
        campus.hold_rooms(by=BY, source=BOOKINGS, holds=[hold])
    audit.record(by=BY, action="venues.book", target=f"venue:{venue.public_id}", facts={"venue": venue.name})
    return row
