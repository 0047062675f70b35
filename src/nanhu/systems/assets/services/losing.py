"""Losses (报失、赔偿): reported, inquired into, ruled by two; what is owed is a bill of the ledger."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.numbering import services as numbering
from nanhu.kernel.proposals import given
from nanhu.kernel.ui import dates
from nanhu.platforms.flows import api as flows
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.assets.errors import LossChangedError, NobodyToPayError, NotHeardError
from nanhu.systems.assets.models import Asset, Loan, Loss
from nanhu.systems.assets.numbers import DISPOSALS
from nanhu.systems.assets.processes import TELL
from nanhu.systems.assets.queries.figures import owed_fen
from nanhu.systems.assets.rules import month_of
from nanhu.systems.assets.services import deciding
from nanhu.systems.assets.services.depreciating import accumulated_fen, keep_months, refuse_booked, refuse_unbooked
from nanhu.systems.assets.services.lending import close_loans, hold_back, resting_state
from nanhu.systems.assets.services.moving import AT_HAND, Kind, locked, move
from nanhu.systems.assets.services.moving import State as Thing
from nanhu.systems.assets.services.own import refuse_own
from nanhu.systems.assets.services.renting import DAYS_TO_PAY, ISSUER

FEE: Final = "assets.compensation"
State = Loss.State


@transaction.atomic
def report_lost(*, by: Actor, asset: Asset, reason: str, person_id: int | None = None) -> Asset:
    """`person_id`: who says so of a thing of his own."""
    found = locked(asset, (*AT_HAND, Thing.LENT), keeper_id=person_id)
    move(by=by, asset=found, kind=Kind.LOST, reason=given(reason), state=Thing.MISSING)
    return found


@transaction.atomic
def report_found(*, by: Actor, asset: Asset, reason: str) -> Asset:
    """Not while a ruling on its loss waits. What was lent is lent still."""
    found = locked(asset, (Thing.MISSING,))
    Loss.refuse_waiting(asset=found)
    state = Thing.LENT if loan_of(found) else resting_state(found)
    move(by=by, asset=found, kind=Kind.FOUND, reason=given(reason), state=state)
    if state != Thing.LENT:
        hold_back(by=by, asset=found)
    return found


def loan_of(asset: Asset) -> Loan | None:
    return asset.loans.filter(returned_at=None).first()


def answerable(asset: Asset) -> int | None:
    """Who had it: who borrowed it, else its keeper, if that person ever confirmed to have it. Of what was lent to who never said so, nobody."""
    loan = loan_of(asset)
    if loan is not None:
        return loan.borrower_id if loan.confirmed_at else None
    return asset.keeper_id if asset.confirmed_at else None


@transaction.atomic
def propose_ruling(*, by: Actor, token: UUID, asset: Asset, fault: str, findings: str, approval: str = "") -> Loss:
    """What the inquiry found, and what who had it owes by that: of the value that is left once all months before this one stand."""
    known = Loss.known(by, token)
    if known is not None:
        return known
    keep_months()
    found = locked(asset, (Thing.MISSING,))
    Loss.refuse_waiting(asset=found)
    person_id = answerable(found)
    refuse_own(by, person_id, found.keeper_id)
    refuse_unbooked(found, month_of(campus_today()))
    if person_id is None and fault != Loss.Fault.NONE:
        raise NobodyToPayError
    accumulated = accumulated_fen(found)
    asked = Loss.begun(
        by,
        token,
        asset=found,
        person_id=person_id,
        fault=fault,
        findings=given(findings),
        value_fen=found.value_fen,
        accumulated_fen=accumulated,
        owed_fen=owed_fen(value_fen=found.value_fen, accumulated_fen=accumulated, fault=fault),
        level=deciding.level_by(found.value_fen, approval),
        approval=approval.strip(),
    )
    deciding.put_forward(by=by, found=asked, words=asked.findings, act="propose")
    return asked


def to_answer(person_id: Any) -> QuerySet[Loss]:
    """What somebody is to pay by a ruling that waits, and has not said anything to."""
    return Loss.objects.filter(person=person_id or 0, state=State.ASKED, statement="", owed_fen__gt=0)


@transaction.atomic
def answer(*, by: Actor, loss: Loss, person_id: int, words: str) -> Loss:
    """By whoever is to pay, once, before it is decided; its case says it to whoever decides in 待办, and is locked first, as there."""
    with override(settings.LANGUAGE_CODE):  # kept for whoever reads it
        what = _("责任人的说明")
    flows.learn(by=by, case_id=loss.case_id or 0, words=what, data={"statement": given(words)})
    found = loss.locked_in({State.ASKED})
    if found.person_id != person_id or found.statement:
        raise found.wrong_state(_("已说明的"))
    found.statement = given(words)
    found.save(update_fields=["statement"])
    deciding.note(by, found, "answer", found.statement)
    return found


def carry_out(by: Actor, found: Loss) -> None:
    """Off the books, and the bill issued: of the sums that were ruled on, or not at all. Who had it on loan had it until it was reported lost."""
    if now() < found.heard_at:
        raise NotHeardError(day=dates.short_day(found.heard_at, campus_today().year))
    thing = locked(found.asset, (Thing.MISSING,))
    refuse_own(by, found.person_id, thing.keeper_id)
    refuse_booked(thing, month_of(campus_today()))
    refuse_unbooked(thing, month_of(campus_today()))
    if (found.value_fen, found.accumulated_fen) != (thing.value_fen, accumulated_fen(thing)):
        raise LossChangedError
    if found.owed_fen and found.person_id:
        found.bill = bill_of(by, found)
    found.number = numbering.take(by=by, series=DISPOSALS, target=found.target).number
    close_loans(by=by, asset=thing, at=thing.movements.filter(kind=Kind.LOST).latest("at").at)
    reason = Loss.Fault(found.fault).value
    move(by=by, asset=thing, kind=Kind.DISPOSED, reason=reason, state=Thing.DISPOSED, disposed_on=campus_today())


flows.actions[TELL] = lambda _case, _by: None
deciding.carries_out(Loss.process, carry_out)


@override(settings.LANGUAGE_CODE)
def bill_of(by: Actor, loss: Loss) -> ledger.Bill:
    key = f"assets.loss:{loss.public_id}"
    ledger.open_fee_item(by=by, code=FEE, name=_("资产赔偿"), reason=_("资产丢失赔偿"))
    order = ledger.BillOrder(
        key=key,
        person_id=loss.person_id or 0,
        issuer=ISSUER,
        item=FEE,
        amount_fen=loss.owed_fen,
        due_on=campus_today() + DAYS_TO_PAY,
        name=_("%(asset)s丢失赔偿") % {"asset": loss.asset.name},
    )
    return ledger.issue_bills(by=by, orders=[order])[key]
