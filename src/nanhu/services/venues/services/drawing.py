"""Hours given by lot (公平抽签): popular hours of a venue held for a draw, those who ask in time, and what the lots gave them.

The draw itself is the kernel's (`kernel.draw`): its secret is promised at the opening, the list closes by itself, two people read the
public value. Here its places are slots of a venue, and its result becomes applications and a waiting list.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.draw import services as draws
from nanhu.kernel.draw.models import Draw
from nanhu.kernel.errors import CampusError
from nanhu.kernel.once import made_by_form
from nanhu.platforms.campus import api as campus
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.services.venues import queries, rules
from nanhu.services.venues.errors import NoSlotChosenError, SlotTooSoonError, TooLongError, TooManySlotsError
from nanhu.services.venues.models import DrawOrder, Venue, VenueDraw, Waiting
from nanhu.services.venues.services import booking
from nanhu.services.venues.services.booking import Order
from nanhu.services.venues.services.holding import (
    CLOCK,
    DRAWS,
    Hours,
    give_back,
    held_around,
    locked_venue,
    not_free,
    offer_next,
)

State = Draw.State
ENTRANT: Final = "person:"


@transaction.atomic
def open_for(
    *,
    by: Actor,
    venue: Venue,
    title: str,
    hours: Sequence[Hours],
    value_name: str,
    value_form: str,
    closes_at: datetime,
    value_known_at: datetime,
    publish_by: datetime,
    token: UUID,
) -> VenueDraw:
    """These hours of the venue, each a place of one draw. They are held at once, so that nobody books them by coming first."""
    known = made_by_form(VenueDraw.objects.all(), token)
    if known is not None:
        return known
    found = locked_venue(venue.pk)
    refuse_slots(found, hours, publish_by)
    made = VenueDraw(public_id=uuid4(), token=token, venue=found)
    made.draw = draws.open_draw(
        by=by,
        key=f"venues.{made.public_id}",
        title=title,
        seats={rules.slot_key(*one): 1 for one in hours},
        value_name=value_name,
        value_form=value_form,
        closes_at=closes_at,
        value_known_at=value_known_at,
        publish_by=publish_by,
    )
    made.save()
    hold_slots(by, made, hours)
    facts = {"venue": found.name, "slots": len(hours)}
    audit.record(by=by, action="venues.open_draw", target=f"venue:{found.public_id}", facts=facts)
    return made


def refuse_slots(venue: Venue, hours: Sequence[Hours], publish_by: datetime) -> None:
    """Each could be booked today, and still when the lots are known: whoever won it has a day to be approved."""
    if not 0 < len(hours) <= rules.MOST_SLOTS:
        raise TooManySlotsError(most=rules.MOST_SLOTS)
    for one in hours:
        if (one[1] - one[0]).total_seconds() > venue.longest_minutes * 60:
            raise TooLongError(minutes=venue.longest_minutes)
        if one[0] < rules.first_after_draw(publish_by, venue.notice_days):
            raise SlotTooSoonError(when=campus.span_words(*one))
        if queries.may_wait(venue, one) != (True, True):
            raise not_free(venue, one)


def hold_slots(by: Actor, made: VenueDraw, hours: Sequence[Hours]) -> None:
    holds = []
    for one in hours:
        begins, ends = held_around(made.venue, one)
        key = made.key_of(rules.slot_key(*one))
        kind = campus.Occupancy.Kind.BOOKING
        room = made.venue.room_id
        holds.append(campus.Hold(room=room, begins_at=begins, ends_at=ends, kind=kind, key=key, what=made.draw.title))
    try:
        campus.hold_rooms(by=by, source=DRAWS, holds=holds)
    except (campus.RoomTakenError, campus.PlaceClosedError) as error:
        raise not_free(made.venue, hours[0]) from error


@transaction.atomic
def enter(*, by: Actor, person_id: int, found: VenueDraw, order: Order, wishes: Sequence[str]) -> DrawOrder:
    """Ask for one of these slots, the dearest first; again before the list closes: changes what was asked."""
    venue = found.venue
    if not wishes:
        raise NoSlotChosenError
    booking.refuse_order(venue, order, person_id, [rules.hours_of_slot(one) for one in found.slots if one in wishes])
    entry = draws.enter(by=by, draw=found.draw, entrant=f"{ENTRANT}{person_id}", wishes=list(wishes))
    card = people.person_card(person_id)
    said = {"entry": entry, "person_name": card.name if card else "", "order": written(order)}
    made, _is_new = DrawOrder.objects.update_or_create(venue_draw=found, person_id=person_id, defaults=said)
    audit.record(by=by, action="venues.enter_draw", target=f"venue:{venue.public_id}", facts={"slots": len(wishes)})
    return made


def written(order: Order) -> dict[str, Any]:
    return {name: getattr(order, name) for name in Order.__slots__} | {"details": dict(order.details)}


def settle(found: VenueDraw) -> bool:
    """What the lots say, once: winners' applications, the line of everybody else, hours that nobody wanted come free. All in one
    transaction with the venue locked: stopped in the middle nothing is done, and the clock does it again."""
    with transaction.atomic():
        venue = locked_venue(found.venue_id)
        row = VenueDraw.objects.select_for_update(of=("self",)).select_related("draw", "venue").get(pk=found.pk)
        if row.settled_at is not None or row.draw.state not in {State.DRAWN, State.VOID}:
            return False
        give_back(by=CLOCK, venue=venue, source=DRAWS, keys=map(row.key_of, row.slots), asks_next=False)
        if row.draw.state == State.DRAWN:
            give_places(row)
        else:
            tell(row.orders.all(), _("抽签作废，时间放开了，可以重新申请"))
        row.settled_at = now()
        row.save(update_fields=["settled_at"])
        audit.record(by=CLOCK, action="venues.settle_draw", target=f"venue:{venue.public_id}")
        offer_next(venue)
    return True


def give_places(row: VenueDraw) -> None:
    """Whoever drew a slot applies for it; one who cannot (he left, he has too many) is passed over, as a queue says who follows."""
    orders = {one.entry.token: one for one in row.orders.select_related("entry").order_by("entry__rank")}
    winners = {slot: token for token, one in orders.items() for slot in one.entry.places}
    for slot in row.slots:
        queue = row.draw.queues.get(slot, [])
        empty_handed = [token for token in queue if not orders[token].entry.places]
        taker = first_booked(slot, [orders[one] for one in [*filter(None, [winners.get(slot)]), *empty_handed]])
        line(row, slot, [orders[one] for one in queue if orders[one] != taker])
    lost = [one for one in orders.values() if one.application is None]
    tell(lost, _("没有抽中，已按抽签的次序排入候补"))


def first_booked(slot: str, orders: Iterable[DrawOrder]) -> DrawOrder | None:
    for one in orders:
        if one.application is None and booked(slot, one):
            return one
    return None


def booked(slot: str, one: DrawOrder) -> bool:
    hours = rules.hours_of_slot(slot)
    try:
        with transaction.atomic():
            one.application = booking.book(
                by=CLOCK,
                person_id=one.person_id,
                venue=one.venue_draw.venue,
                order=Order(**one.order),
                hours=[hours],
                token=one.public_id,
            )
            one.save(update_fields=["application"])
    except CampusError as error:
        one.application = None
        tell([one], _("抽中了，但约不上：%(why)s") % {"why": error})
        return False
    tell([one], _("抽中了 %(when)s，申请已提交") % {"when": campus.span_words(*hours)})
    return True


def line(row: VenueDraw, slot: str, orders: Iterable[DrawOrder]) -> None:
    """Behind one another as the draw says it: who holds nothing first, then by lot."""
    begins_at, ends_at = rules.hours_of_slot(slot)
    moment = now()
    Waiting.objects.bulk_create(
        [
            Waiting(
                venue=row.venue,
                person_id=one.person_id,
                person_name=one.person_name,
                begins_at=begins_at,
                ends_at=ends_at,
                created_at=moment,
            )
            for one in orders
        ],
        ignore_conflicts=True,
    )


def tell(orders: Iterable[DrawOrder], words: str) -> None:
    for one in orders:
        facts = {"words": words, "what": str(one.venue_draw), "draw": str(one.venue_draw.public_id)}
        messages.tell({one.person_id}, "venues.drawn", facts)


@transaction.atomic
def void(*, by: Actor, found: VenueDraw, reason: str) -> None:
    """While people still come in, by one; its hours come free at once. Afterwards two people give it up (`kernel.draw`)."""
    draws.void(by=by, draw=found.draw, reason=reason)
    settle(found)
