"""The line for hours that are taken (候补): joined, left, let pass."""

from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.services.venues import queries, rules
from nanhu.services.venues.errors import (
    DrawnHoursError,
    IsFreeError,
    NeverOpenError,
    TooLongError,
    TooManyWaitingError,
    WaitsAlreadyError,
)
from nanhu.services.venues.models import Venue, Waiting
from nanhu.services.venues.services.booking import lock_persons
from nanhu.services.venues.services.holding import (
    CLOCK,
    DRAWS,
    OFFERS,
    Hours,
    give_back,
    held_around,
    locked_venue,
    offer_next,
)
from nanhu.services.venues.services.telling import tell_waiting

State = Waiting.State
LAPSED: Final = _("候补没有接，已轮到下一位")


@transaction.atomic
def join(*, by: Actor, person_id: int, venue: Venue, hours: Hours) -> Waiting:
    found = locked_venue(venue.pk)
    card = people.person_card(person_id)
    if not queries.may_use(found, card, found.uses):
        raise NotFoundError(what=Venue.what)
    refuse_hours(found, hours)
    lock_persons([person_id])
    if queries.waiting_of(person_id).count() >= rules.MOST_WAITING:
        raise TooManyWaitingError
    with refused_as(WaitsAlreadyError):
        made = Waiting.objects.create(
            venue=found,
            person_id=person_id,
            person_name=card.name if card else "",
            begins_at=hours[0],
            ends_at=hours[1],
        )
    facts = {"booked_for": made.when}
    audit.record(by=by, action="venues.wait", target=f"venue:{found.public_id}", facts=facts)
    return made


def refuse_hours(venue: Venue, hours: Hours) -> None:
    """Hours that could be booked and are taken: what is free is booked, what is too long, not open or not yet to be booked is waited for in
    vain."""
    if hours[0] >= hours[1]:
        raise NeverOpenError
    if (hours[1] - hours[0]).total_seconds() > venue.longest_minutes * 60:
        raise TooLongError(minutes=venue.longest_minutes)
    drawn = campus.Occupancy.objects.filter(room=venue.room_id, source=DRAWS, held=True)
    if drawn.filter(during__overlap=held_around(venue, hours)).exists():
        raise DrawnHoursError
    is_bookable, is_free = queries.may_wait(venue, hours)
    if not is_bookable:
        raise NeverOpenError
    if is_free:
        raise IsFreeError


@transaction.atomic
def leave(*, by: Actor, person_id: int, waiting: Waiting) -> None:
    """Whoever comes next is asked."""
    venue = locked_venue(waiting.venue_id)
    row = Waiting.objects.select_for_update(of=("self",)).filter(pk=waiting.pk, person=person_id).first()
    if row is None:
        raise NotFoundError(what=Waiting.what)
    if row.state not in {State.WAITS, State.OFFERED}:
        raise WrongStateError(what=Waiting.what, state=row.get_state_display())
    end(by, venue, row, State.LEFT)


def end(by: Actor, venue: Venue, row: Waiting, state: str) -> None:
    was_offered = row.state == State.OFFERED
    row.state = state
    row.save(update_fields=["state"])
    audit.record(by=by, action="venues.stop_waiting", target=f"venue:{venue.public_id}", facts={"waiting": row.pk})
    if was_offered:
        give_back(by=by, venue=venue, source=OFFERS, keys=[str(row.public_id)])


@transaction.atomic
def lapse(waiting: Waiting) -> bool:
    """Its two hours are over, or the time itself is."""
    venue = locked_venue(waiting.venue_id)
    row = Waiting.objects.select_for_update(of=("self",)).select_related("venue").get(pk=waiting.pk)
    is_due = (row.state == State.OFFERED and row.offered_until is not None and row.offered_until <= now()) or (
        row.state == State.WAITS and row.begins_at <= now()
    )
    if is_due:
        was_offered = row.state == State.OFFERED
        end(CLOCK, venue, row, State.LAPSED)
        if was_offered:
            tell_waiting([row], LAPSED)
    return is_due


@transaction.atomic
def ask_next(venue: Venue) -> None:
    """Hours may have come free by another way: a lesson moved, a block ended."""
    offer_next(locked_venue(venue.pk))
