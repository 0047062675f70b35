"""Closing a clerk's shift (交班): she counts, the ledger compares, a difference gets a name, another person counts again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.money import format_yuan
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given, refuse_same_person
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.errors import CashCountedError, DifferenceUnexplainedError, ShiftCountedError, ShiftOpenError
from nanhu.systems.card.models import Shift, ShiftCount, TopUp
from nanhu.systems.card.services.accounts import drawer_of, drawers_among

SAFE = "card.safe"
DIFFERENCE = "card.cash_difference"
OPEN, COUNTED, CLOSED = Shift.State.OPEN, Shift.State.COUNTED, Shift.State.CLOSED


def open_shift(*, by: Actor, float_fen: int) -> Shift:
    """Begin with change from the safe. What was taken without a shift belongs to the one that is opened next."""
    with transaction.atomic():
        current = shift_of(by)
        if current is not None:
            raise ShiftOpenError
        shift = Shift.objects.create(clerk_id=account_of(by), clerk_name=by.name, float_fen=float_fen)
        if float_fen:
            leg = ledger.Leg(debit_account_id=drawer_of(account_of(by)), credit_account_id=safe(), amount_fen=float_fen)
            ledger.post(by=by, kind="card.shift_float", legs=[leg], key=f"card.shift_float:{shift.public_id}")
        audit.record(by=by, action="card.open_shift", target=f"shift:{shift.public_id}", facts={"float_fen": float_fen})
        return shift


def shift_of(by: Actor) -> Shift | None:
    """Hers that is not closed, locked; of two tabs that open or count at once the second waits here."""
    lock_key(f"card.shift:{account_of(by)}")
    return Shift.objects.select_for_update().filter(clerk_id=account_of(by)).exclude(state=CLOSED).first()


def expected_in(drawer_account: int) -> int:
    """What the ledger says should lie there: float and takings since the last hand-over."""
    return ledger.balance_of(drawer_account)


def drawer_for_cash(by: Actor) -> int:
    """Where cash is put now. None is taken between the count and the hand-over: it would be in no shift."""
    lock_key(f"card.shift:{account_of(by)}")
    if Shift.objects.filter(clerk_id=account_of(by), state=COUNTED).exists():
        raise ShiftCountedError
    return drawer_of(account_of(by))


def corrected_cash(legs: Sequence[ledger.Leg], *, taken_at: datetime) -> list[ledger.Leg]:
    """What takes cash back that was written down wrongly. None between the count and the hand-over. After that the drawer is empty: what
    was too much or too little stands in the difference that was found then."""
    corrected = list(legs)
    for drawer, clerk in drawers_among(
        {one for leg in legs for one in (leg.debit_account_id, leg.credit_account_id)}
    ).items():
        lock_key(f"card.shift:{clerk}")
        shifts = Shift.objects.filter(clerk_id=clerk)
        counted = shifts.filter(state=COUNTED).first()
        if counted is not None:
            raise CashCountedError(clerk=counted.clerk_name)
        if shifts.filter(state=CLOSED, counted_at__gte=taken_at).exists():
            corrected = [instead_of(leg, drawer, difference()) for leg in corrected]
    return corrected


def instead_of(leg: ledger.Leg, account: int, other: int) -> ledger.Leg:
    debit, credit = (other if one == account else one for one in (leg.debit_account_id, leg.credit_account_id))
    return replace(leg, debit_account_id=debit, credit_account_id=credit)


def count_shift(*, by: Actor, counted_fen: int, reason: str = "") -> Shift:
    """What lies in the drawer, said before the program says what should. Each count is kept; a second one takes a send-back.

    A clerk who opened no shift gets one now: nobody goes home uncounted. A difference gets its reason before the hand-over.
    """
    with transaction.atomic():
        shift = shift_of(by) or Shift(clerk_id=account_of(by), clerk_name=by.name, opened_at=began(by))
        if shift.state == COUNTED and shift.counted_fen == counted_fen:
            return shift
        if shift.state == COUNTED:
            raise WrongStateError(what=_("这一班"), state=shift.get_state_display())
        shift.expected_fen, shift.counted_fen = expected_in(drawer_of(account_of(by))), counted_fen
        shift.state, shift.counted_at, shift.reason = COUNTED, now(), reason.strip()
        shift.save()
        keep_count(by, shift, counted_fen)
        note(by, shift, "card.count_shift")
        return shift


def keep_count(by: Actor, shift: Shift, counted_fen: int) -> None:
    ShiftCount.objects.create(
        shift=shift,
        teller_id=account_of(by),
        teller_name=by.name,
        counted_fen=counted_fen,
        expected_fen=shift.expected_fen or 0,
    )


def explain_shift(*, by: Actor, shift: Shift, reason: str) -> Shift:
    """The clerk says where her difference comes from."""
    said = given(reason)
    with transaction.atomic():
        locked = Shift.objects.select_for_update().get(pk=shift.pk)
        if locked.clerk_id != account_of(by) or locked.state != COUNTED:
            raise WrongStateError(what=_("这一班"), state=locked.get_state_display())
        locked.reason = said
        locked.save(update_fields=["reason"])
        note(by, locked, "card.explain_shift")
        return locked


def began(by: Actor) -> datetime:
    """The end of her last shift, else her first top-up."""
    last = Shift.objects.filter(clerk_id=by.account_id, state=CLOSED).order_by("-counted_at").first()
    if last is not None:
        return last.counted_at or last.opened_at
    first = TopUp.objects.filter(clerk_id=by.account_id).order_by("created_at").first()
    return first.created_at if first else now()


def check_shift(*, by: Actor, shift: Shift, counted_fen: int) -> Shift:
    """The second person's count, as blind as the first. The same: the cash goes into the safe, the drawer is empty, a
    difference has its account. Another: the shift goes back to its clerk; both counts stay."""
    with transaction.atomic():
        locked = locked_counted(by, shift)
        keep_count(by, locked, counted_fen)
        if counted_fen != locked.counted_fen:
            return give_back(by, locked, _("复点 {sum}，与经办人点到的不同").format(sum=format_yuan(counted_fen)))
        if locked.difference_fen and not locked.reason:
            raise DifferenceUnexplainedError(clerk=locked.clerk_name)
        locked.state, locked.closed_at = CLOSED, now()
        locked.checker_id, locked.checker_name = account_of(by), by.name
        legs = handover(drawer_of(locked.clerk_id), locked)
        if legs:
            key = f"card.shift:{locked.public_id}"
            locked.entry_id = ledger.post(by=by, kind="card.shift", legs=legs, key=key).entry_id
        locked.save()
        note(by, locked, "card.check_shift")
        return locked


def send_back(*, by: Actor, shift: Shift, reason: str) -> Shift:
    """The second person counted something else: the clerk counts again."""
    said = given(reason)
    with transaction.atomic():
        return give_back(by, locked_counted(by, shift), said)


def give_back(by: Actor, locked: Shift, reason: str) -> Shift:
    facts = {"clerk": locked.clerk_name, "counted_fen": locked.counted_fen}
    locked.state, locked.expected_fen, locked.counted_fen, locked.counted_at, locked.reason = OPEN, None, None, None, ""
    locked.save()
    audit.record(by=by, action="card.send_shift_back", target=f"shift:{locked.public_id}", reason=reason, facts=facts)
    return locked


def locked_counted(by: Actor, shift: Shift) -> Shift:
    locked = Shift.objects.select_for_update().get(pk=shift.pk)
    refuse_same_person(by, locked.clerk_id)
    if locked.state != COUNTED:
        raise WrongStateError(what=_("这一班"), state=Shift.State(locked.state).label)
    return locked


def handover(drawer: int, shift: Shift) -> list[ledger.Leg]:
    legs = []
    if shift.counted_fen:
        legs.append(ledger.Leg(debit_account_id=safe(), credit_account_id=drawer, amount_fen=shift.counted_fen))
    if shift.difference_fen < 0:
        legs.append(
            ledger.Leg(debit_account_id=difference(), credit_account_id=drawer, amount_fen=-shift.difference_fen)
        )
    elif shift.difference_fen > 0:
        legs.append(
            ledger.Leg(debit_account_id=drawer, credit_account_id=difference(), amount_fen=shift.difference_fen)
        )
    return legs


def safe() -> int:
    return ledger.open_accounts([ledger.AccountOrder(code=SAFE, name="校园卡办公室保险柜", kind="asset")])[SAFE]


def difference() -> int:
    order = ledger.AccountOrder(code=DIFFERENCE, name="柜台长短款", kind="clearing")
    return ledger.open_accounts([order])[DIFFERENCE]


def note(by: Actor, shift: Shift, action: str) -> None:
    facts = {
        "clerk": shift.clerk_name,
        "float_fen": shift.float_fen,
        "expected_fen": shift.expected_fen,
        "counted_fen": shift.counted_fen,
        "difference_fen": shift.difference_fen,
    }
    audit.record(by=by, action=action, target=f"shift:{shift.public_id}", reason=shift.reason, facts=facts)
