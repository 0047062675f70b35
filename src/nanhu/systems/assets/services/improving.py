"""Improvements (改造增值): asked by one of the office, agreed by another; from that month on a new value and new months."""

from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.proposals import given
from nanhu.systems.assets.errors import LowValueError, NothingAddedError, ValueChangedError
from nanhu.systems.assets.models import Asset, Improvement
from nanhu.systems.assets.rules import month_of
from nanhu.systems.assets.services.depreciating import keep_months, plan_anew, refuse_booked, refuse_unbooked
from nanhu.systems.assets.services.moving import AT_HAND, Kind, locked, move
from nanhu.systems.assets.services.own import refuse_own

State = Improvement.State


@transaction.atomic
def ask(*, by: Actor, token: UUID, asset: Asset, added_fen: int, months: int, reason: str) -> Improvement:
    known = Improvement.known(by, token)
    if known is not None:
        return known
    if added_fen <= 0:
        raise NothingAddedError
    found = locked(asset, AT_HAND)
    if found.is_low_value:
        raise LowValueError
    Improvement.refuse_waiting(asset=found)
    refuse_own(by, found.keeper_id)
    asked = Improvement.begun(
        by,
        token,
        asset=found,
        value_fen=found.value_fen,
        added_fen=added_fen,
        months=months,
        reason=given(reason),
    )
    note(by, asked, "assets.ask_improvement", asked.reason)
    return asked


@transaction.atomic
def agree(*, by: Actor, improvement: Improvement) -> Improvement:
    """From this month on; what was booked stays. Of the value that was asked for, or not at all."""
    keep_months()
    found = improvement.locked_in({State.ASKED})
    found.decide(by, state=State.DONE)
    thing, month = locked(found.asset, AT_HAND), month_of(campus_today())
    refuse_own(by, thing.keeper_id)
    refuse_booked(thing, month)
    refuse_unbooked(thing, month)
    if thing.value_fen != found.value_fen:
        raise ValueChangedError
    move(by=by, asset=thing, kind=Kind.IMPROVED, reason=found.reason, value_fen=thing.value_fen + found.added_fen)
    if thing.classification.is_depreciable:
        plan_anew(by=by, asset=thing, month=month, months=found.months)
    found.save()
    note(by, found, "assets.approve_improvement")
    return found


@transaction.atomic
def refuse(*, by: Actor, improvement: Improvement, answer: str) -> Improvement:
    found = improvement.locked_in({State.ASKED})
    found.decide(by, state=State.REFUSED, answer=given(answer))
    found.save()
    note(by, found, "assets.refuse_improvement", found.answer)
    return found


def note(by: Actor, improvement: Improvement, action: str, reason: str = "") -> None:
    facts = {"fen": improvement.added_fen, "months": improvement.months}
    audit.record(by=by, action=action, target=f"asset:{improvement.asset.number}", reason=reason, facts=facts)
