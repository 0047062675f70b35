"""Keys (钥匙): handed out and taken back at the desk, with the meter and what was broken; who came, who did not."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.ui import dates
from nanhu.platforms.access import api as access
from nanhu.platforms.ledger import api as ledger
from nanhu.services.venues import rules
from nanhu.services.venues.errors import (
    DamageWordsError,
    MeterBackwardsError,
    OwnBookingError,
    TooEarlyError,
)
from nanhu.services.venues.models import Booking
from nanhu.services.venues.services.booking import change, let_go, locked, locked_in
from nanhu.services.venues.services.holding import CLOCK
from nanhu.services.venues.services.telling import tell

State = Booking.State
ISSUER: Final = "venues"
DAMAGE: Final = "venues.damage"
DAYS_TO_PAY: Final = timedelta(days=30)


def refuse_own(row: Booking, keeper_id: int | None) -> None:
    if row.application.person_id == keeper_id:
        raise OwnBookingError


@transaction.atomic
def hand_out(*, by: Actor, keeper_id: int | None, booking: Booking, meter: int | None = None) -> Booking:
    """From a quarter of an hour before it is held, until it is over."""
    row = locked_in(booking, [State.APPROVED])
    refuse_own(row, keeper_id)
    earliest = row.held_from - rules.GRACE
    if now() < earliest:
        raise TooEarlyError(at=dates.time_words(earliest))
    if now() >= row.ends_at:
        raise WrongStateError(what=row, state=_("已经过去"))
    row.key_out_at, row.key_out_by_name, row.meter_out, row.came_at = now(), by.name, meter, now()
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
    """The booking is closed; what is owed for the hours and for what was broken are bills of who applied."""
    row = locked_in(booking, [State.IN_USE])
    refuse_own(row, keeper_id)
    if damage_fen and not damage:
        raise DamageWordsError
    if meter is not None and row.meter_out is not None and meter < row.meter_out:
        raise MeterBackwardsError(before=row.meter_out)
    if row.key_out_at is not None:
        row.key_in_at, row.key_in_by_name = now(), by.name
    row.meter_in, row.damage, row.damage_fen = meter, damage, damage_fen
    change(by, row, State.CLOSED, "venues.take_back_key")
    bill(by, row)
    return row


def is_back_late(row: Booking) -> bool:
    return (row.key_in_at or now()) > row.held_to + rules.GRACE


def bill(by: Actor, row: Booking) -> None:
    fee = rules.fee_of(row.venue.fee_fen, row.begins_at, row.ends_at)
    orders = []
    if fee:
        what = _("场地使用费：%(booking)s") % {"booking": row}
        orders.append(order_of(by, row, ("fee", row.venue.fee_item, _("场地使用费")), fee, what))
    if row.damage_fen:
        what = _("场地损坏赔偿：%(damage)s") % {"damage": row.damage[:60]}
        orders.append(order_of(by, row, ("damage", DAMAGE, _("场地损坏赔偿")), row.damage_fen, what))
    if orders:
        ledger.issue_bills(by=by, orders=orders)


def order_of(by: Actor, row: Booking, item: tuple[str, str, str], fen: int, name: str) -> ledger.BillOrder:
    kind, code, title = item
    ledger.open_fee_item(by=by, code=code, name=title, reason=title)
    return ledger.BillOrder(
        key=f"venues.{kind}:{row.public_id}",
        person_id=row.application.person_id,
        issuer=ISSUER,
        item=code,
        amount_fen=fen,
        due_on=campus_today() + DAYS_TO_PAY,
        name=name,
    )


@transaction.atomic
def note_absent(*, by: Actor, booking: Booking) -> Booking:
    """Nobody came within twenty minutes; the rest of the hours goes to whoever waits for it."""
    row = locked_in(booking, [State.APPROVED])
    if now() < row.begins_at + rules.COMES_WITHIN:
        raise TooEarlyError(at=dates.time_words(row.begins_at + rules.COMES_WITHIN))
    change(by, row, State.NO_SHOW, "venues.note_absent")
    let_go(by, row)
    tell(row, _("您没有到场，已记一次"))
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
    tell(row, _("这一次不再计入未到场"))
    return row


@transaction.atomic
def keep_watch(booking: Booking) -> str:
    """What the clock makes of a booking that has begun: who passed the door came, where somebody looks who did not come is absent,
    and what is over is closed."""
    row = locked(booking)
    if row.state == State.APPROVED and row.begins_at <= now():
        place = row.venue.room.place
        came = access.came_in(place, row.application.person_id, row.held_from - rules.GRACE, now())
        if came is not None:
            row.came_at = came
            change(CLOCK, row, State.IN_USE, "venues.note_present")
        elif now() >= row.begins_at + rules.COMES_WITHIN and (row.venue.key_desk or access.has_door(place.pk)):
            note_absent(by=CLOCK, booking=row)
            return State.NO_SHOW
    if row.state in {State.APPROVED, State.IN_USE} and row.held_to <= now() and row.key_out_at is None:
        change(CLOCK, row, State.CLOSED, "venues.close")
        bill(CLOCK, row)
    return row.state
