"""Losses (报失、赔偿): reported, inquired into, ruled by two; what is owed is a bill of the ledger."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today
from nanhu.kernel.proposals import given
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.assets.errors import NobodyToPayError
from nanhu.systems.assets.models import Asset, Loss
from nanhu.systems.assets.rules import compensation_fen, month_of
from nanhu.systems.assets.services.depreciating import accumulated_fen, refuse_booked
from nanhu.systems.assets.services.lending import resting_state
from nanhu.systems.assets.services.moving import AT_HAND, Kind, locked, move
from nanhu.systems.assets.services.moving import State as Thing

ISSUER: Final = "assets"
FEE: Final = "assets.compensation"
DAYS_TO_PAY: Final = timedelta(days=30)
State = Loss.State


@transaction.atomic
def report_lost(*, by: Actor, asset: Asset, reason: str) -> Asset:
    found = locked(asset.public_id, (*AT_HAND, Thing.LENT))
    move(by=by, asset=found, kind=Kind.LOST, reason=given(reason), state=Thing.MISSING)
    return found


@transaction.atomic
def report_found(*, by: Actor, asset: Asset, reason: str) -> Asset:
    """Not while a ruling on its loss waits."""
    found = locked(asset.public_id, (Thing.MISSING,))
    waits = Loss.objects.filter(asset=found, state=State.ASKED).first()
    if waits is not None:
        raise waits.wrong_state()
    move(by=by, asset=found, kind=Kind.FOUND, reason=given(reason), state=resting_state(found))
    return found


@transaction.atomic
def propose_ruling(*, by: Actor, token: UUID, asset: Asset, fault: str, findings: str) -> Loss:
    """What the inquiry found, and what its keeper owes by that."""
    known = Loss.known(by, token)
    if known is not None:
        return known
    found = locked(asset.public_id, (Thing.MISSING,))
    waits = Loss.objects.filter(asset=found, state=State.ASKED).first()
    if waits is not None:
        raise waits.wrong_state()
    if found.keeper_id is None and fault != Loss.Fault.NONE:
        raise NobodyToPayError
    accumulated = accumulated_fen(found)
    asked = Loss.objects.create(
        token=token,
        author_id=account_of(by),
        author_name=by.name,
        asset=found,
        person_id=found.keeper_id,
        fault=fault,
        findings=given(findings),
        value_fen=found.value_fen,
        accumulated_fen=accumulated,
        owed_fen=compensation_fen(value_fen=found.value_fen, accumulated_fen=accumulated, fault=fault),
    )
    note(by, asked, "assets.propose_loss", asked.findings)
    return asked


@transaction.atomic
def agree(*, by: Actor, loss: Loss) -> Loss:
    found = loss.locked_in({State.ASKED})
    found.decide(by, state=State.DONE)
    thing = locked(found.asset.public_id, (Thing.MISSING,))
    refuse_booked(thing, month_of(campus_today()))
    if found.owed_fen and found.person_id:
        found.bill = bill_of(by, found)
    found.save()
    reason = found.get_fault_display()
    move(by=by, asset=thing, kind=Kind.DISPOSED, reason=reason, state=Thing.DISPOSED, disposed_on=campus_today())
    note(by, found, "assets.approve_loss")
    return found


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
        name=_("%(asset)s 丢失赔偿") % {"asset": loss.asset.name},
    )
    return ledger.issue_bills(by=by, orders=[order])[key]


@transaction.atomic
def refuse(*, by: Actor, loss: Loss, answer: str) -> Loss:
    found = loss.locked_in({State.ASKED})
    found.decide(by, state=State.REFUSED, answer=given(answer))
    found.save()
    note(by, found, "assets.refuse_loss", found.answer)
    return found


def note(by: Actor, loss: Loss, action: str, reason: str = "") -> None:
    facts = {"fen": loss.owed_fen}
    audit.record(by=by, action=action, target=f"asset:{loss.asset.number}", reason=reason, facts=facts)
