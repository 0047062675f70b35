"""Booking (借用): hours asked for and held, decided by the process, given back by whoever has them or by the clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import insert, update
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.once import lock_key, made_by_form
from nanhu.kernel.registry import Text
from nanhu.platforms.access import api as access
from nanhu.platforms.campus import api as campus
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.services.venues import queries, rules
from nanhu.services.venues.errors import (
    NoneFreeError,
    NoTechnicianError,
    SponsorMissingError,
    TechnicianTakenError,
    TooLongError,
    TooManyComingError,
    TooManyPeopleError,
)
from nanhu.services.venues.models import Application, Booking, Venue, VenuePost, Waiting
from nanhu.services.venues.presets import USES, flow_key
from nanhu.services.venues.processes import SUBJECT
from nanhu.services.venues.services.holding import (
    BOOKINGS,
    CLOCK,
    OFFERS,
    Hours,
    give_back,
    held_around,
    hold,
    locked_venue,
)
from nanhu.services.venues.services.telling import tell

State = Booking.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody asks for. `details`: what the form of this use asks beside the rest."""

    use: str
    title: str
    purpose: str
    headcount: int
    unit_id: int | None = None
    equipment: str = ""
    sponsor: int | None = None
    technician: int | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def book(
    *,
    by: Actor,
    person_id: int,
    venue: Venue,
    order: Order,
    hours: Sequence[Hours],
    token: UUID,
    offered: Waiting | None = None,
) -> Application:
    """All of these hours, held until they are decided. `offered`: the place in the line for which they were kept. Up to a hundred people
    nobody is asked to answer for it, and nobody is named."""
    known = made_by_form(Application, token, person_id=person_id)
    if known is not None:
        return known
    order = order if order.headcount > rules.MANY else replace(order, sponsor=None)
    found = locked_venue(venue.pk)
    name, missed = admitted(found, order, person_id, hours)
    if offered is not None:
        take_offer(by, found, offered, person_id)
    made = application_of(order, person_id, token, missed, name)
    bookings = [booking_of(made, found, one) for one in hours]
    wanted = [(str(one.public_id), (one.begins_at, one.ends_at)) for one in bookings]
    hold(by=by, venue=found, source=BOOKINGS, wanted=wanted, what=order.title)
    Booking.objects.bulk_create(bookings)
    open_case(by, made, found, bookings, missed)
    facts = {"venue": found.name, "bookings": len(bookings), "number": made.number}
    audit.record(by=by, action="venues.book", target=f"venue:{found.public_id}", facts=facts)
    return made


def admitted(venue: Venue, order: Order, person_id: int, hours: Sequence[Hours]) -> tuple[str, int]:
    """The name of whoever may ask for this, and how often he did not come this term; refuses what may not be asked."""
    if not hours:
        raise NoneFreeError
    if order.headcount > venue.capacity:
        raise TooManyPeopleError(capacity=venue.capacity)
    if any((ends - begins).total_seconds() > venue.longest_minutes * 60 for begins, ends in hours):
        raise TooLongError(minutes=venue.longest_minutes)
    card = people.person_card(person_id)
    if not queries.may_use(venue, card, [order.use]):
        raise NotFoundError(what=Venue.what)
    if order.headcount > rules.MANY and not may_sponsor(order.sponsor, person_id):
        raise SponsorMissingError
    lock_persons([person_id])
    coming, missed = queries.standing_of(person_id)
    if coming + len(hours) > max(rules.MOST_COMING, rules.MOST_DATES) or coming >= rules.MOST_COMING:
        raise TooManyComingError(count=coming)
    if order.technician is not None or "technician" in USES[order.use].asks:
        refuse_technician(venue, order.technician, hours)
    return card.name if card else "", missed


def lock_persons(ids: Iterable[int]) -> None:
    """Whoever books for one of them comes one after the other: persons before technicians, each kind in its order."""
    for one in sorted(ids):
        lock_key(f"venues.person:{one}")


def lock_technicians(ids: Iterable[int]) -> None:
    for one in sorted(ids):
        lock_key(f"venues.technician:{one}")


def may_sponsor(sponsor: int | None, person_id: int) -> bool:
    card = people.person_card(sponsor) if sponsor else None
    works_here = card is not None and "staff" in card.live_kinds
    return works_here and sponsor != person_id


def technicians_of(venue: Venue) -> list[int]:
    return queries.holders_of(venue, VenuePost.Duty.TECHNICIAN)


def refuse_technician(venue: Venue, technician: int | None, hours: Sequence[Hours]) -> None:
    """He must be free at all these hours; two who want him come one after the other."""
    if technician is None or technician not in technicians_of(venue):
        raise NoTechnicianError
    lock_technicians([technician])
    for one in hours:
        if not queries.is_person_free(technician, held_around(venue, one)):
            raise TechnicianTakenError(when=campus.span_words(*one))


def take_offer(by: Actor, venue: Venue, offered: Waiting, person_id: int) -> None:
    row = Waiting.objects.select_for_update(of=("self",)).filter(pk=offered.pk, person=person_id).first()
    if row is None:
        raise NotFoundError(what=Waiting.what)
    if row.state != Waiting.State.OFFERED or row.offered_until is None or row.offered_until <= now():
        raise WrongStateError(what=Waiting.what, state=row.get_state_display())
    give_back(by=by, venue=venue, source=OFFERS, keys=[str(row.public_id)], asks_next=False)
    row.state = Waiting.State.TAKEN
    row.save(update_fields=["state"])


def application_of(order: Order, person_id: int, token: UUID, missed: int, name: str) -> Application:
    made = Application(
        token=token,
        use=order.use,
        person_id=person_id,
        person_name=name,
        unit_id=order.unit_id,
        title=order.title,
        purpose=order.purpose,
        headcount=order.headcount,
        equipment=order.equipment,
        sponsor_id=order.sponsor,
        technician_id=order.technician,
        details=dict(order.details),
        needs_leader=missed >= rules.MOST_MISSED,
        held_until=now() + rules.IDLE,
    )
    return insert(made)


def booking_of(made: Application, venue: Venue, hours: Hours) -> Booking:
    held = held_around(venue, hours)
    return Booking(
        application=made,
        venue=venue,
        begins_at=hours[0],
        ends_at=hours[1],
        held_from=held[0],
        held_to=held[1],
        fee_fen=venue.fee_fen,
        fee_item=venue.fee_item,
    )


def open_case(by: Actor, made: Application, venue: Venue, bookings: Sequence[Booking], missed: int) -> None:
    data: dict[str, Any] = {
        "venue": venue.name,
        "times": "\n".join(one.when for one in bookings),
        "title": made.title,
        "purpose": made.purpose,
        "headcount": made.headcount,
        "unit": made.unit.name if made.unit else "",
        "equipment": made.equipment,
        "missed": missed,
        "levels": 2 if queries.POSTS(venue=venue.pk, duty=VenuePost.Duty.SECOND) else 1,
        **made.details,
    }
    data |= {"sponsor": made.sponsor_id} if made.sponsor_id else {}
    data |= {"technician": made.technician_id} if made.technician_id else {}
    case = flows.open_case(
        by=by,
        key=flow_key(made.use),
        applicant_id=made.person_id,
        data=data,
        subject=(SUBJECT, str(made.public_id)),
    )
    made.case_id, made.number = case.pk, case.number
    update(made)


def locked(booking: Booking) -> Booking:
    """The venue first, then the row: everybody takes them in this order."""
    locked_venue(Booking.objects.values_list("venue_id", flat=True).get(pk=booking.pk))
    rows = Booking.objects.select_for_update(of=("self",)).select_related("venue__room__place", "application__unit")
    return rows.get(pk=booking.pk)


def locked_in(booking: Booking, states: Sequence[str]) -> Booking:
    row = locked(booking)
    if row.state not in states:
        raise WrongStateError(what=row, state=row.get_state_display())
    return row


def change(by: Actor, row: Booking, state: str, action: str, *, reason: str = "") -> None:
    """The row as it stands now, with its line in the log; its hours are held or given back by who calls."""
    row.state, row.changed_at = state, now()
    row.sequence += 1
    row.reason = reason or row.reason
    row.save()
    facts = {"booking": str(row.public_id), "booked_for": row.when, "number": row.application.number}
    audit.record(by=by, action=action, target=f"venue:{row.venue.public_id}", reason=reason, facts=facts)


def let_go(by: Actor, row: Booking, *, asks_next: bool = True) -> None:
    """Its hours and its door."""
    give_back(by=by, venue=row.venue, source=BOOKINGS, keys=[str(row.public_id)], asks_next=asks_next)
    if row.door_rules:
        access.end_hours(by=CLOCK, rule_ids=row.door_rules, reason=gettext_noop("场地借用结束"))


def approve(application: Application, *, by: Actor = CLOCK) -> int:
    """The process granted it. What was given back meanwhile stays so."""
    return sum(approve_one(by, one) for one in application.bookings.filter(state=State.HELD).order_by("pk"))


def approve_one(by: Actor, booking: Booking) -> bool:
    row = locked(booking)
    if row.state != State.HELD:
        return False
    open_for_hours(row)
    change(by, row, State.APPROVED, "venues.approve")
    tell(row, _lazy("场地申请已批准"))
    return True


def open_for_hours(row: Booking) -> None:
    row.door_rules = access.open_for_hours(
        by=CLOCK,
        place=row.venue.room.place,
        person_id=row.application.person_id,
        begins_at=row.held_from,
        ends_at=row.held_to,
        reason=gettext_noop("场地借用 %(number)s") % {"number": row.application.number},
    )


def refuse(application: Application, state: str, words: Text, *, by: Actor = CLOCK) -> int:
    """The process refused it, or its applicant took it back there."""
    count = 0
    for one in application.bookings.filter(state=State.HELD).order_by("pk"):
        row = locked(one)
        if row.state == State.HELD:
            change(by, row, state, "venues.refuse")
            let_go(by, row)
            tell(row, words)
            count += 1
    return count


@transaction.atomic
def cancel(*, by: Actor, booking: Booking, reason: str = "") -> Booking:
    """By who applied. Less than a day before it counts as not having come, unless nobody had approved it."""
    row = locked_in(booking, [State.HELD, State.APPROVED])
    if row.ends_at <= now():
        raise WrongStateError(what=row, state=_("已经过去"))
    row.is_late_cancel = row.state == State.APPROVED and rules.is_late(row.begins_at, now())
    change(by, row, State.CANCELLED, "venues.cancel", reason=reason)
    let_go(by, row)
    end_case(by, row.application, _("申请人取消"))
    return row


def end_case(by: Actor, application: Application, reason: str) -> None:
    """Nothing is left that the process could decide."""
    if application.case_id is None or application.bookings.filter(state=State.HELD).exists():
        return
    if not is_decided(application):
        flows.cancel(by=by, case_id=application.case_id, reason=reason)


def is_decided(application: Application) -> bool:
    """The word has fallen, and is only not heard here yet."""
    return bool(outcome_of(application))


def is_granted(application: Application) -> bool:
    return outcome_of(application) == "granted"


def outcome_of(application: Application) -> str:
    return flows.case_card(application.case_id).outcome if application.case_id is not None else ""


@transaction.atomic
def release_idle(booking: Booking) -> bool:
    """Nobody decided in time, or it would have begun."""
    row = locked(booking)
    is_due = row.application.held_until <= now() or row.begins_at <= now()
    if row.state != State.HELD or not is_due or is_decided(row.application):
        return False
    change(CLOCK, row, State.RELEASED, "venues.release")
    let_go(CLOCK, row)
    end_case(CLOCK, row.application, _("超时未批"))
    tell(row, _lazy("超时没有人审批，场地已放开"))
    return True
