"""Displacing (征用): teaching or an emergency takes a room that was granted; whoever had it is offered the nearest three."""

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.services.venues import queries
from nanhu.services.venues.models import Booking, Venue
from nanhu.services.venues.services.booking import change, let_go, locked_in, open_for_hours
from nanhu.services.venues.services.holding import BOOKINGS, held_around, hold, locked_venue, stand_in
from nanhu.services.venues.services.telling import tell

State = Booking.State


@transaction.atomic
def displace(*, by: Actor, booking: Booking, reason: str) -> Booking:
    """The hours stay taken, for the reason that is given; all who are concerned are told where they might go."""
    row = locked_in(booking, [State.APPROVED])
    if row.begins_at <= now():
        raise WrongStateError(what=row, state=_("已经开始"))
    change(by, row, State.DISPLACED, "venues.displace", reason=reason)
    let_go(by, row, asks_next=False)
    row.door_rule = None
    row.save(update_fields=["door_rule"])
    stand_in(by, row.venue, (row.held_from, row.held_to), reason)
    names = "、".join(one.name for one in offers_for(row))
    words = _("场地被征用（%(reason)s），可改到：%(venues)s") % {"reason": reason, "venues": names or _("暂无合适的")}
    tell(row, words)
    return row


def offers_for(row: Booking) -> list[Venue]:
    """Nothing for what has begun or is settled."""
    if row.state != State.DISPLACED or row.begins_at <= now():
        return []
    return queries.nearest(row, queries.faces_of(row.application.person_id))


@transaction.atomic
def move(*, by: Actor, booking: Booking, venue: Venue) -> Booking:
    """To one of those offered, as granted: the same booking, in another room."""
    there = locked_venue(venue.pk)
    row = Booking.objects.select_for_update(of=("self",)).select_related("application", "venue").get(pk=booking.pk)
    if row.state != State.DISPLACED:
        raise WrongStateError(what=row, state=row.get_state_display())
    if there.pk not in {one.pk for one in offers_for(row)}:
        raise NotFoundError(what=Venue.what)
    hours = (row.begins_at, row.ends_at)
    hold(by=by, venue=there, source=BOOKINGS, wanted=[(str(row.public_id), hours)], what=row.application.title)
    row.venue, (row.held_from, row.held_to) = there, held_around(there, hours)
    open_for_hours(row)
    change(by, row, State.APPROVED, "venues.move")
    tell(row, _("已改到新的场地"))
    return row
