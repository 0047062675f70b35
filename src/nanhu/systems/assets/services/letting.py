"""Lettings to outside (出租出借、续租): asked by the unit's keeper, agreed by the asset office, by the value as of what leaves the books."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.folding import tidied
from nanhu.kernel.proposals import given
from nanhu.systems.assets.errors import DuePastError, PayerMissingError
from nanhu.systems.assets.models import Asset, Letting, Loan
from nanhu.systems.assets.rules import Terms
from nanhu.systems.assets.services import deciding, renting
from nanhu.systems.assets.services.lending import give_out, refuse_failed
from nanhu.systems.assets.services.moving import AT_HAND, State, locked
from nanhu.systems.assets.services.own import refuse_own


@transaction.atomic
def ask_to_let(
    *, by: Actor, token: UUID, asset: Asset, taker: str, terms: Terms, reason: str, approval: str = ""
) -> Letting:
    known = Letting.known(by, token)
    if known is not None:
        return known
    found = locked(asset, AT_HAND)
    refuse_failed(found)
    if terms.due_on < campus_today():
        raise DuePastError
    return proposed(by, token, found, terms, taker=tidied(taker), reason=reason, approval=approval)


@transaction.atomic
def ask_to_extend(*, by: Actor, token: UUID, asset: Asset, terms: Terms, reason: str, approval: str = "") -> Letting:
    """Of what is out (续租), also where it is overdue already: without a gap, to whom it is let."""
    known = Letting.known(by, token)
    if known is not None:
        return known
    found = locked(asset, (State.LENT,))
    loan = out_to(found)
    refuse_no_longer(terms.due_on, loan)
    first = loan.letting
    return proposed(by, token, found, terms, taker=first.taker, extends=first, reason=reason, approval=approval)


def proposed(
    by: Actor, token: UUID, found: Asset, terms: Terms, *, reason: str, approval: str, **whose: Any
) -> Letting:
    """Of a thing that is locked."""
    deciding.refuse_second_request(found)
    if terms.rent_fen and not terms.payer_id:
        raise PayerMissingError
    made = Letting.begun(
        by,
        token,
        asset=found,
        **asdict(terms) | {"contract": tidied(terms.contract)},
        **whose,
        level=deciding.level_by(found.value_fen, approval),
        approval=approval.strip(),
        reason=given(reason),
    )
    deciding.put_forward(by=by, found=made, words=made.reason)
    return made


def carry_out(by: Actor, found: Letting) -> None:
    """It goes out, or stays out, and what is due at once is billed."""
    thing = locked(found.asset, (State.LENT,) if found.extends else AT_HAND)
    refuse_own(by, thing.keeper_id, found.payer_id)
    deciding.level_by(thing.value_fen, found.approval)
    if found.extends:
        found.starts_on = prolong(thing, found)
    else:
        found.starts_on = campus_today()
        give_out(by=by, asset=thing, due_on=found.due_on, words=found.taker, letting=found)
    renting.bill_first(by=by, letting=found)


deciding.carries_out(Letting.process, carry_out)


def prolong(thing: Asset, found: Letting) -> date:
    """From when on it is let anew."""
    loan = out_to(thing)
    if loan.letting_id != found.extends_id:
        raise WrongStateError(what=Letting.what, state=_("已还回"))
    refuse_no_longer(found.due_on, loan)
    starts_on: date = loan.due_on + timedelta(days=1)
    loan.due_on = found.due_on
    loan.save(update_fields=["due_on"])
    return starts_on


def out_to(thing: Asset) -> Any:
    """The loan to somebody outside, of a thing that is locked."""
    loan = Loan.objects.filter(asset=thing, returned_at=None).exclude(letting=None).select_related("letting").first()
    if loan is None:
        raise WrongStateError(what=thing.name, state=thing.get_state_display())
    return loan


def refuse_no_longer(due_on: date, loan: Loan) -> None:
    if due_on <= loan.due_on or due_on < campus_today():
        raise DuePastError
