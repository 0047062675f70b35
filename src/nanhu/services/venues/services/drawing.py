"""Hours given by lot (公平抽签): popular hours of a venue held for a draw, those who ask in time, and what the lots gave them.

The draw itself is the kernel's (`kernel.draw`): its secret is promised at the opening, the list closes by itself, two people read the
public value. Here its places are slots of a venue, and its result becomes applications and a waiting list.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.draw import services as draws
from nanhu.kernel.draw.models import Draw
from nanhu.kernel.errors import CampusError, NotFoundError
from nanhu.kernel.once import made_by_form
from nanhu.kernel.registry import Text
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import lazy_filled
from nanhu.platforms.campus import api as campus
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.services.venues import queries, rules
from nanhu.services.venues.errors import (
    NoSlotChosenError,
    SlotsMeetError,
    SlotTooSoonError,
    TooLongError,
    TooManySlotsError,
)
from nanhu.services.venues.models import DrawOrder, Venue, VenueDraw, Waiting
from nanhu.services.venues.policies import keepers_of
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
lazy_span = lazy(campus.span_words, str)


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
    known = made_by_form(VenueDraw, token)
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
            raise TooLongError(minutes=venue.longest_minutes).at("hours")
        if one[0] < rules.first_after_draw(publish_by, venue.notice_days):
            raise SlotTooSoonError(when=campus.span_words(*one))
        if queries.may_wait(venue, one) != (True, True):
            raise not_free(venue, one).at("hours")
    for one, other in pairwise(sorted(hours)):
        if held_around(venue, one)[1] > held_around(venue, other)[0]:
            raise SlotsMeetError(one=campus.span_words(*one), other=campus.span_words(*other))


def hold_slots(by: Actor, made: VenueDraw, hours: Sequence[Hours]) -> None:
    room, kind, what = made.venue.room_id, campus.Occupancy.Kind.BOOKING, made.draw.title
    holds = []
    for one in hours:
        begins, ends = held_around(made.venue, one)
        key = made.key_of(rules.slot_key(*one))
        holds.append(campus.Hold(room=room, begins_at=begins, ends_at=ends, kind=kind, key=key, what=what))
    try:
        campus.hold_rooms(by=by, source=DRAWS, holds=holds)
    except (campus.RoomTakenError, campus.PlaceClosedError) as error:
        raise not_free(made.venue, hours[0]).at("hours") from error


@transaction.atomic
def enter(*, by: Actor, person_id: int, found: VenueDraw, order: Order, wishes: Sequence[str]) -> DrawOrder:
    """Ask for one of these slots, the dearest first; again before the list closes: changes what was asked. The draw is held first and the
    person's own lock taken then, as when lots are drawn."""
    venue = found.venue
    if not wishes:
        raise NoSlotChosenError
    entry = draws.enter(by=by, draw=found.draw, entrant=entrant_of(found, person_id), wishes=list(wishes))
    hours = [rules.hours_of_slot(one) for one in found.slots if one in wishes]
    name, _missed = booking.admitted(venue, order, person_id, hours)
    said = {"entry": entry, "person_name": name, "order": written(order)}
    made, _is_new = DrawOrder.objects.update_or_create(venue_draw=found, person_id=person_id, defaults=said)
    audit.record(by=by, action="venues.enter_draw", target=f"venue:{venue.public_id}", facts={"slots": len(wishes)})
    return made


def entrant_of(found: VenueDraw, person_id: int) -> str:
    """As the draw knows him: whose record another was merged into may have entered as that one, and that one again after they parted."""
    known = found.orders.filter(person=person_id).select_related("entry").first()
    if known is not None:
        return known.entry.entrant
    name = f"{ENTRANT}{person_id}"
    return f"{name}:again" if found.orders.filter(entry__entrant=name).exists() else name


@transaction.atomic
def leave(*, by: Actor, person_id: int, found: VenueDraw) -> None:
    """He stays in the list without a wish, and nothing is known any more of what for; he may come in again until it closes."""
    order = found.orders.filter(person=person_id).select_related("entry").first()
    if order is None:
        raise NotFoundError(what=VenueDraw.what)
    draws.enter(by=by, draw=found.draw, entrant=order.entry.entrant, wishes=[])
    order.order = {}
    order.save(update_fields=["order"])
    audit.record(by=by, action="venues.leave_draw", target=f"venue:{found.venue.public_id}")


def written(order: Order) -> dict[str, Any]:
    return {name: getattr(order, name) for name in Order.__slots__} | {"details": dict(order.details)}


def settle(found: VenueDraw) -> bool:
    """What the lots say, once: winners' applications, the line of everybody else, hours that nobody wanted come free. All in one
    transaction with the venue locked: stopped in the middle nothing is done, and the clock does it again. In the language of the house,
    whoever pressed the button."""
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        venue = locked_venue(found.venue_id)
        row = VenueDraw.objects.select_for_update(of=("self",)).select_related("draw", "venue").get(pk=found.pk)
        if row.settled_at is not None or row.draw.state not in {State.DRAWN, State.VOID}:
            return False
        give_back(by=CLOCK, venue=venue, source=DRAWS, keys=map(row.key_of, row.slots), asks_next=False)
        if row.draw.state == State.DRAWN:
            give_places(row)
        else:
            tell(entered(row), _("抽签作废，时间放开了，可以重新申请"))
            if row.draw.publish_by < now():
                tell_keepers(row, _("没有按时公布密数，抽签作废了"))
        row.settled_at = now()
        row.save(update_fields=["settled_at"])
        audit.record(by=CLOCK, action="venues.settle_draw", target=f"venue:{venue.public_id}")
        offer_next(venue)
    return True


def entered(row: VenueDraw) -> QuerySet[DrawOrder]:
    """Who asks for a slot; whoever left the draw stands in the list without a wish."""
    return row.orders.exclude(entry__wishes=[])


def give_places(row: VenueDraw) -> None:
    """Whoever drew a slot applies for it; one who cannot (he left, he has too many) is passed over, as a queue says who follows. The lines
    come last: whoever got a slot as a follower stands behind those who hold nothing."""
    orders = orders_of(row)
    lock_all(orders.values())
    winners = {slot: one for one in orders.values() for slot in one.entry.places}
    queues = {slot: [orders[one] for one in row.draw.queues.get(slot, []) if one in orders] for slot in row.slots}
    takers = {slot: taker_of(slot, winners.get(slot), queue) for slot, queue in queues.items()}
    for slot, queue in queues.items():
        line(row, slot, sorted((one for one in queue if one != takers[slot]), key=turn_of))
    lost = [one for one in orders.values() if one.application_id is None and not one.entry.places]
    tell(lost, _("没有抽中，已按抽签的次序排入候补"))


def orders_of(row: VenueDraw) -> Mapping[str, DrawOrder]:
    """By their tokens. Of those whose records became one person's, that one's own counts alone."""
    found = list(entered(row).select_related("entry").order_by("entry__rank"))
    today = people.still_here([one.person_id for one in found])
    counts: dict[int, int] = {}
    for one in sorted(found, key=lambda one: today.get(one.person_id, one.person_id) != one.person_id):
        counts.setdefault(today.get(one.person_id, one.person_id), one.pk)
    own = set(counts.values())
    return {one.entry.token: one for one in found if one.pk in own}


def lock_all(orders: Iterable[DrawOrder]) -> None:
    """Everybody's lock at once and in one order: two draws that are settled beside each other do not wait for each other."""
    technicians = {one.order.get("technician") for one in orders} - {None}
    booking.lock_persons(one.person_id for one in orders)
    booking.lock_technicians(technicians)


def turn_of(one: DrawOrder) -> tuple[bool, int]:
    """Who holds nothing first, then by lot."""
    return bool(one.entry.places or one.application_id), one.entry.rank or 0


def taker_of(slot: str, winner: DrawOrder | None, queue: Iterable[DrawOrder]) -> DrawOrder | None:
    """The winner, else the first of the queue who holds nothing and can book it."""
    if winner is not None and booked(
        slot, winner, _("抽中了 %(when)s，申请已提交"), _("抽中了 %(when)s，但约不上：%(why)s")
    ):
        return winner
    good = _("前面的人没有约成，%(when)s 轮到您，申请已提交")
    vain = _("前面的人没有约成，%(when)s 轮到您，但约不上：%(why)s")
    for one in queue:
        if not one.entry.places and one.application_id is None and booked(slot, one, good, vain):
            return one
    return None


def booked(slot: str, one: DrawOrder, good: Text, vain: Text) -> bool:
    """`good`, `vain`: what he is told, as it went."""
    hours = rules.hours_of_slot(slot)
    when = lazy_span(*hours)
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
        tell([one], lazy_filled(vain, when=when, why=error))
        return False
    tell([one], lazy_filled(good, when=when))
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


def title_of(found: VenueDraw) -> str:
    """As whoever reads it calls its venue."""
    return found.called


lazy_title = lazy(title_of, str)


def tell(orders: Iterable[DrawOrder], words: Text) -> None:
    for one in orders:
        facts = {"words": words, "what": lazy_title(one.venue_draw), "draw": str(one.venue_draw.public_id)}
        messages.tell({one.person_id}, "venues.drawn", facts)


@transaction.atomic
def remind(found: VenueDraw) -> bool:
    """Who keeps the venue is told that the public value is known, and once more when half of the time is over: not drawn by its hour, a
    draw is void."""
    row = VenueDraw.objects.select_for_update(of=("self",)).select_related("draw", "venue").get(pk=found.pk)
    due = rules.times_to_tell(row.draw.value_known_at, row.draw.publish_by, now())
    if row.draw.state != State.CLOSED or row.times_told >= due:
        return False
    words = (
        _("公开数定了，请公布密数、抽签，最晚 %(when)s")
        if row.draw.value
        else _("公开数公布了，请两个人各自去读，最晚 %(when)s 抽签")
    )
    tell_keepers(row, lazy_filled(words, when=dates.lazy_time(row.draw.publish_by)))
    row.times_told = due
    row.save(update_fields=["times_told"])
    return True


def tell_keepers(row: VenueDraw, words: Text) -> None:
    facts = {"words": words, "what": lazy_title(row), "draw": str(row.public_id)}
    messages.tell(keepers_of(row.venue), "venues.draw_waits", facts)


@transaction.atomic
def void(*, by: Actor, found: VenueDraw, reason: str) -> None:
    """While people still come in, by one; its hours come free at once. Afterwards two people give it up (`kernel.draw`)."""
    draws.void(by=by, draw=found.draw, reason=reason)
    settle(found)
