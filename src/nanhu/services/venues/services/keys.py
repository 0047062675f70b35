"""Keys (钥匙): handed out and taken back at the desk, with the meter and what was broken; who came, who did not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override

from nanhu.kernel import audit, read_only
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import CampusError, WrongStateError
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import lazy_filled
from nanhu.platforms.access import api as access
from nanhu.platforms.ledger import api as ledger
from nanhu.services.venues import policies, rules
from nanhu.services.venues.errors import (
    DamageWordsError,
    MeterBackwardsError,
    NoObjectionError,
    OwnBookingError,
    OwnMarkError,
    TooEarlyError,
)
from nanhu.services.venues.models import Booking, Venue
from nanhu.services.venues.services.booking import change, let_go, locked, locked_in, open_for_hours
from nanhu.services.venues.services.holding import CLOCK, take_again
from nanhu.services.venues.services.telling import tell, tell_keepers

log = structlog.get_logger()
State = Booking.State
ISSUER: Final = "venues"
DAMAGE: Final = "venues.damage"
DAYS_TO_PAY: Final = timedelta(days=30)


def refuse_own(row: Booking, keeper_id: int | None) -> None:
    if row.application.person_id == keeper_id:
        raise OwnBookingError


@transaction.atomic
def hand_out(*, by: Actor, keeper_id: int | None, booking: Booking, meter: int | None = None) -> Booking:
    """From a quarter of an hour before it is held, until it is over; to him as well whom the door has let in."""
    row = locked_in(booking, [State.APPROVED, State.IN_USE])
    refuse_own(row, keeper_id)
    earliest = row.held_from - rules.GRACE
    if now() < earliest:
        raise TooEarlyError(at=dates.time_words(earliest))
    if now() >= row.ends_at:
        raise WrongStateError(what=row, state=_("已经过去"))
    if row.key_out_at is not None:
        raise WrongStateError(what=row, state=_("钥匙已领出"))
    row.key_out_at, row.key_out_by_name, row.meter_out, row.came_at = now(), by.name, meter, row.came_at or now()
    change(by, row, State.IN_USE, "venues.hand_out_key")
    return row


@transaction.atomic
def take_back(
    *,
    by: Actor,
    keeper_id: int | None,
    booking: Booking,
    meter: int | None = None,
    damage: str = "",
    damage_fen: int = 0,
) -> Booking:
    """The booking is closed; what is owed for the hours and for what was broken are bills of who applied. Of one that was displaced
    meanwhile the key alone."""
    row = locked_in(booking, [State.IN_USE, State.DISPLACED])
    refuse_own(row, keeper_id)
    if row.state == State.DISPLACED and not row.is_key_out:
        raise WrongStateError(what=row, state=row.get_state_display())
    if damage_fen and not damage:
        raise DamageWordsError
    if meter is not None and row.meter_out is not None and meter < row.meter_out:
        raise MeterBackwardsError(before=row.meter_out)
    if row.key_out_at is not None:
        row.key_in_at, row.key_in_by_name = now(), by.name
    row.meter_in, row.damage, row.damage_fen = meter, damage, damage_fen
    change(by, row, State.CLOSED if row.state == State.IN_USE else row.state, "venues.take_back_key")
    settle(by, row)
    return row


def is_back_late(row: Booking) -> bool:
    return (row.key_in_at or now()) > row.held_to + rules.GRACE


@override(settings.LANGUAGE_CODE)
def settle(by: Actor, row: Booking) -> None:
    """Its bills, in the language of the house, whoever presses. What finance does not allow now is tried again, and the key is back all
    the same."""
    owes = [due for due in dues_of(row) if not is_billed(by, row, due)]
    if bool(owes) != row.owes:
        row.owes = bool(owes)
        row.save(update_fields=["owes"])


@dataclass(frozen=True, slots=True)
class Due:
    kind: str
    item: str
    title: str
    fen: int
    words: str


def dues_of(row: Booking) -> Iterator[Due]:
    fee = rules.fee_of(row.fee_fen, row.begins_at, row.ends_at) if row.state == State.CLOSED else 0
    if fee:
        yield Due("fee", row.fee_item, _("场地使用费"), fee, _("场地使用费：%(booking)s") % {"booking": row})
    if row.damage_fen:
        what = _("场地损坏赔偿：%(damage)s") % {"damage": row.damage[:60]}
        yield Due("damage", DAMAGE, _("场地损坏赔偿"), row.damage_fen, what)


def is_billed(by: Actor, row: Booking, due: Due) -> bool:
    try:
        with transaction.atomic():
            ledger.open_fee_item(by=by, code=due.item, name=due.title, reason=due.title)
            ledger.issue_bills(by=by, orders=[order_of(row, due)])
    except CampusError as error:
        log.warning("venues.bill_refused", booking=row.pk, code=error.code)
        return False
    return True


@transaction.atomic
def bill_again(booking: Booking) -> None:
    row = locked(booking)
    if row.owes:
        settle(CLOCK, row)


def order_of(row: Booking, due: Due) -> ledger.BillOrder:
    return ledger.BillOrder(
        key=f"venues.{due.kind}:{row.public_id}",
        person_id=row.application.person_id,
        issuer=ISSUER,
        item=due.item,
        amount_fen=due.fen,
        due_on=campus_today() + DAYS_TO_PAY,
        name=due.words,
    )


@transaction.atomic
def note_absent(*, by: Actor, booking: Booking) -> Booking:
    """Nobody came within twenty minutes; the rest of the hours goes to whoever waits for it."""
    row = locked_in(booking, [State.APPROVED])
    if now() < row.begins_at + rules.COMES_WITHIN:
        raise TooEarlyError(at=dates.time_words(row.begins_at + rules.COMES_WITHIN))
    if came_of(row) is not None:  # the clock writes it down with its next round
        raise WrongStateError(what=row, state=_("门禁记到有人按这次借用进门"))
    row.marked_by_id = by.account_id
    change(by, row, State.NO_SHOW, "venues.note_absent")
    let_go(by, row)
    tell(row, _lazy("您没有到场，已记一次；其实来了，或有原因，七天内可以在这次借用里申诉"))
    return row


@transaction.atomic
def unmark(*, by: Actor, keeper_id: int | None, booking: Booking) -> Booking:
    """Marked by mistake, and the hours go on: they are his again, where nobody has got them meanwhile (NotFreeError)."""
    row = locked_in(booking, [State.NO_SHOW])
    refuse_own(row, keeper_id)
    if now() >= row.ends_at:
        raise WrongStateError(what=row, state=_("已经过去"))
    take_again(by=by, row=row)
    open_for_hours(row)
    row.came_at = now()
    change(by, row, State.IN_USE, "venues.unmark")
    tell(row, _lazy("未到场是记错了，这次借用接着有效"))
    return row


def may_object(row: Booking) -> bool:
    return row.counts and row.objected_at is None and now() <= row.changed_at + rules.OBJECTS_WITHIN


@transaction.atomic
def object_to(*, by: Actor, booking: Booking, words: str) -> Booking:
    """Of who applied, once and within seven days: he came, or could not help it. Who keeps the venue is told, and answers."""
    row = locked_in(booking, [State.NO_SHOW, State.CANCELLED])
    if not may_object(row):
        raise NoObjectionError
    row.objection, row.objected_at = words, now()
    row.save(update_fields=["objection", "objected_at"])
    audit.record(
        by=by, action="venues.object", target=f"venue:{row.venue.public_id}", facts={"booking": str(row.public_id)}
    )
    keepers, is_above = policies.answerers_of(row)
    tell_keepers(row, keepers, _lazy("有人申诉未到场，请看一看"), is_above=is_above)
    return row


@transaction.atomic
def uphold(*, by: Actor, keeper_id: int | None, booking: Booking, reason: str) -> Booking:
    """It counts all the same; who objected reads why. Said by another than who marked it (also in the database)."""
    row = locked_in(booking, [State.NO_SHOW, State.CANCELLED])
    refuse_own(row, keeper_id)
    if not row.is_objected:
        raise WrongStateError(what=row, state=_("没有待答复的申诉"))
    if row.marked_by_id is not None and row.marked_by_id == by.account_id:
        raise OwnMarkError
    row.objection_answer, row.answered_by_id = reason, by.account_id
    row.save(update_fields=["objection_answer", "answered_by"])
    facts = {"booking": str(row.public_id)}
    audit.record(by=by, action="venues.uphold", target=f"venue:{row.venue.public_id}", reason=reason, facts=facts)
    tell(row, lazy_filled(_lazy("申诉没有被接受，这一次仍计入未到场：%(reason)s"), reason=reason))
    return row


@transaction.atomic
def pardon(*, by: Actor, keeper_id: int | None, booking: Booking, reason: str) -> Booking:
    """It counts no more: somebody had come by another's card, or could not help it."""
    row = locked_in(booking, [State.NO_SHOW, State.CANCELLED])
    refuse_own(row, keeper_id)
    if row.state == State.CANCELLED and not row.is_late_cancel:
        raise WrongStateError(what=row, state=row.get_state_display())
    row.is_late_cancel = False
    state = State.CLOSED if row.state == State.NO_SHOW else State.CANCELLED
    change(by, row, state, "venues.pardon", reason=reason)
    tell(row, _lazy("这一次不再计入未到场"))
    return row


@transaction.atomic
def keep_watch(booking: Booking) -> str:
    """What the clock makes of a booking that has begun: who passed the door came, where somebody looks who did not come is absent,
    and what is over is closed. While another's key of the venue is out, who is in there is for the keeper to say."""
    row = locked(booking)
    if row.state == State.APPROVED and row.begins_at <= now():
        came = came_of(row)
        if came is not None:
            row.came_at = came
            change(CLOCK, row, State.IN_USE, "venues.note_present")
        elif is_absent(row):
            note_absent(by=CLOCK, booking=row)
            return State.NO_SHOW
    if row.state in {State.APPROVED, State.IN_USE} and row.held_to <= now() and row.key_out_at is None:
        change(CLOCK, row, State.CLOSED, "venues.close")
        settle(CLOCK, row)
    return row.state


def is_absent(row: Booking) -> bool:
    """While the school was read-only no desk could give a key away: who came for it cannot be told from who did not."""
    until = row.begins_at + rules.COMES_WITHIN
    if now() < until or not is_watched(row) or keys_out(row.venue).exists():
        return False
    return not read_only.was_on(row.held_from - rules.GRACE, until)


def is_watched(row: Booking) -> bool:
    return bool(row.venue.key_desk) or access.has_door(row.venue.room_id)


def keys_out(venue: Venue) -> QuerySet[Booking]:
    return Booking.objects.filter(venue=venue, key_out_at__isnull=False, key_in_at=None)


def came_of(row: Booking) -> datetime | None:
    """When the door let in who applied or answers for it; who is still in there from the hours before has come."""
    place, made = row.venue.room.place, row.application
    for person in filter(None, (made.person_id, made.sponsor_id)):
        came = access.came_in(place, person, row.held_from - rules.GRACE, now())
        if came is not None:
            return came
    return row.begins_at if stayed(row) else None


def stayed(row: Booking) -> bool:
    before = Booking.objects.filter(
        venue=row.venue_id, application__person=row.application.person_id, state__in=[State.IN_USE, State.CLOSED]
    )
    return before.filter(
        came_at__isnull=False, key_in_at=None, ends_at__lte=row.begins_at, held_to__gte=row.held_from
    ).exists()
