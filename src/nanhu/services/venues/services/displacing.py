"""Displacing (征用): teaching or an emergency takes a room that is held; whoever had it granted is offered the nearest three."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from django.db import transaction
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.ui.words import lazy_filled
from nanhu.platforms.people import api as people
from nanhu.services.venues import queries
from nanhu.services.venues.models import LIVING, Booking, Venue, VenuePost
from nanhu.services.venues.services.booking import (
    change,
    end_case,
    is_granted,
    let_go,
    locked_in,
    open_for_hours,
    refuse_technician,
)
from nanhu.services.venues.services.holding import (
    BOOKINGS,
    DISPLACED,
    Hours,
    held_around,
    hold,
    locked_venue,
    stand_in,
)
from nanhu.services.venues.services.telling import tell, tell_holders

State = Booking.State
OFFERED: Final = 3


def names_of(venues: Iterable[Venue]) -> str:
    return "、".join(one.called for one in venues) or _("暂无合适的")


lazy_names = lazy(names_of, str)


@transaction.atomic
def displace(*, by: Actor, booking: Booking, reason: str) -> Booking:
    """The hours stay taken, for the reason that is given; all who are concerned are told where they might go. A key that is out is
    still to be brought back."""
    row = locked_in(booking, LIVING)
    if row.ends_at <= now():
        raise WrongStateError(what=row, state=_("已经过去"))
    change(by, row, State.DISPLACED, "venues.displace", reason=reason)
    let_go(by, row, asks_next=False)
    row.door_rules = []
    row.save(update_fields=["door_rules"])
    stand_in(by, row.venue, (row.held_from, row.held_to), reason, source=DISPLACED)
    end_case(by, row.application, _("场地被征用"))
    offered = lazy_names(offers_for(row))
    words = lazy_filled(_lazy("场地被征用（%(reason)s），可改到：%(venues)s"), reason=reason, venues=offered)
    tell(row, words)
    return row


def offers_for(row: Booking) -> list[Venue]:
    """The nearest three; nothing for what has begun, is settled or was never granted, nor before the old room's key is back."""
    if row.state != State.DISPLACED or row.begins_at <= now() or row.is_key_out or not is_granted(row.application):
        return []
    near = queries.nearest(row, queries.faces_of(people.person_card(row.application.person_id)))
    technician = row.application.technician_id
    fits = (one for one in near if technician is None or serves(technician, one, (row.begins_at, row.ends_at)))
    return list(islice(fits, OFFERED))


def serves(technician: int, venue: Venue, hours: Hours) -> bool:
    """He holds its post, and is free with its set-up."""
    holds_it = technician in queries.holders_of(venue, VenuePost.Duty.TECHNICIAN)
    return holds_it and queries.is_person_free(technician, held_around(venue, hours))


@transaction.atomic
def move(*, by: Actor, booking: Booking, venue: Venue) -> Booking:
    """To one of those offered, as granted: the same booking, in another room, and never dearer."""
    there = locked_venue(venue.pk)
    row = Booking.objects.select_for_update(of=("self",)).select_related("application", "venue").get(pk=booking.pk)
    if row.state != State.DISPLACED:
        raise WrongStateError(what=row, state=row.get_state_display())
    if there.pk not in {one.pk for one in offers_for(row)}:
        raise NotFoundError(what=Venue.what)
    hours = (row.begins_at, row.ends_at)
    if row.application.technician_id is not None:
        refuse_technician(there, row.application.technician_id, [hours])
    hold(by=by, venue=there, source=BOOKINGS, wanted=[(str(row.public_id), hours)], what=row.application.title)
    row.venue, (row.held_from, row.held_to) = there, held_around(there, hours)
    row.key_out_at = row.key_in_at = row.meter_out = row.meter_in = row.came_at = None
    if there.fee_fen < row.fee_fen:
        row.fee_fen, row.fee_item = there.fee_fen, there.fee_item
    open_for_hours(row)
    change(by, row, State.APPROVED, "venues.move")
    tell(row, _lazy("已改到新的场地"))
    tell_holders(row, VenuePost.Duty.FIRST, _lazy("被征用的借用改到了这里"))
    return row
