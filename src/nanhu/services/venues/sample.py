"""What only the sample campus needs: venues and bookings through the same services, and bookings of the past, which nobody can make
any more."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.draw import rules as lots
from nanhu.kernel.draw import services as draws
from nanhu.kernel.draw.models import Draw, DrawEntry
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.services.venues.models import Application, Booking, DrawOrder, Venue, VenueDraw
from nanhu.services.venues.queries import moment_at, refused_of
from nanhu.services.venues.rules import slot_key
from nanhu.services.venues.services import booking, displacing, drawing, keeping, keys, waiting
from nanhu.services.venues.services.booking import Order
from nanhu.services.venues.services.holding import BOOKINGS

__all__ = [
    "Booking",
    "Order",
    "Venue",
    "booking",
    "close_past",
    "displacing",
    "drawing",
    "enter_past",
    "keeping",
    "keys",
    "moment_at",
    "refused_of",
    "slot_key",
    "waiting",
]
BY = Actor.system("demo")


@transaction.atomic
def enter_past(
    *,
    venue: Venue,
    person_id: int,
    state: str,
    hours: tuple[datetime, datetime],
    facts: Mapping[str, Any],
    title: str = "羽毛球训练",
    purpose: str = "社团训练",
    headcount: int = 12,
) -> Booking:
    """As it ended, or as it goes on; what goes on holds its hours, and what is over and costs something (`fee_fen` an hour) is billed."""
    card = people.person_card(person_id)
    made = Application.objects.create(
        token=uuid4(),
        use=venue.uses[0],
        person_id=person_id,
        person_name=card.name if card else "",
        title=title,
        purpose=purpose,
        headcount=headcount,
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
    if state == Booking.State.CLOSED:
        keys.settle(BY, row)
    return row


@transaction.atomic
def close_past(
    *,
    venue: Venue,
    title: str,
    hours: Sequence[tuple[datetime, datetime]],
    value_name: str,
    value_form: str,
    closes_at: datetime,
    value_known_at: datetime,
    publish_by: datetime,
    orders: Mapping[int, tuple[Order, Sequence[str]]],
) -> VenueDraw:
    """A draw whose list closed in the past, as nobody can open one any more; from there on it goes by the services. `orders`: by person."""
    secret = secrets.token_bytes(draws.SECRET_BYTES)
    opened_at = closes_at - timedelta(days=3)
    made = VenueDraw(public_id=uuid4(), token=uuid4(), venue=venue, created_at=opened_at)
    made.draw = Draw.objects.create(
        key=f"venues.{made.public_id}",
        title=title,
        seats={slot_key(*one): 1 for one in hours},
        commitment=lots.commitment_of(secret),
        secret=secret.hex(),
        value_name=value_name,
        value_form=value_form,
        closes_at=closes_at,
        value_known_at=value_known_at,
        publish_by=publish_by,
        opened_at=opened_at,
        opened_by_name=BY.name,
    )
    made.save()
    drawing.hold_slots(BY, made, hours)
    for number, (person_id, (order, wishes)) in enumerate(orders.items()):
        entry = DrawEntry.objects.create(
            draw=made.draw,
            entrant=drawing.entrant_of(made, person_id),
            token=secrets.token_hex(draws.TOKEN_BYTES),
            wishes=list(wishes),
            entered_at=opened_at + timedelta(hours=5 * number + 3),
        )
        card = people.person_card(person_id)
        DrawOrder.objects.create(
            venue_draw=made,
            entry=entry,
            person_id=person_id,
            person_name=card.name if card else "",
            order=drawing.written(order),
        )
    lines = draws.lines_of(made.draw)
    made.draw.state, made.draw.closed_at = Draw.State.CLOSED, closes_at
    made.draw.root, made.draw.entry_count = lots.root_of(lines), len(lines)
    made.draw.save(update_fields=["state", "closed_at", "root", "entry_count"])
    return made
