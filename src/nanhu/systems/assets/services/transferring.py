"""Transfers between units (调拨): one unit asks, the other's keeper accepts, the asset office agrees, and who gets it confirms."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.proposals import WITHDRAWN, given, refuse_same_person, refuse_stale
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import NotIdleError, OutdatedTransferError, SameUnitError
from nanhu.systems.assets.models import Asset, Transfer
from nanhu.systems.assets.models.things import OFFERED
from nanhu.systems.assets.processes import ACCEPT, ACCEPTED, BEGIN, OTHER, VACANT, WAITS, keepers_of
from nanhu.systems.assets.services import deciding
from nanhu.systems.assets.services.keeping import refuse_outsider
from nanhu.systems.assets.services.moving import AT_HAND, Kind, locked, move
from nanhu.systems.assets.services.moving import State as Thing
from nanhu.systems.assets.services.own import is_one_of, refuse_own

State = Transfer.State


@transaction.atomic
def ask(
    *,
    by: Actor,
    token: UUID,
    asset: Asset,
    to_unit_id: int,
    to_keeper_id: int,
    to_room_id: int,
    reason: str,
    wants_idle: bool = False,
) -> Transfer:
    known = Transfer.known(by, token)
    if known is not None:
        return known
    found = locked(asset, AT_HAND)
    refuse_outsider(to_keeper_id, to_unit_id)
    if found.unit_id == to_unit_id:
        raise SameUnitError
    deciding.refuse_second_request(found)
    asked = Transfer.begun(
        by,
        token,
        asset=found,
        from_unit_id=found.unit_id,
        to_unit_id=to_unit_id,
        to_keeper_id=to_keeper_id,
        to_room_id=to_room_id,
        reason=given(reason),
        wants_idle=wants_idle,
    )
    deciding.put_forward(by=by, found=asked, words=asked.reason)
    return asked


def look_for_keeper(case: flows.Case, by: Actor) -> None:
    """Nobody is asked where nobody can answer for the other unit, or whoever asks does."""
    found = Transfer.objects.get(public_id=case.subject_id)
    post = keepers_of(found.other_unit_id)
    if post is None or is_one_of(by, *post.person_ids):
        take_answer(case, by, found, is_vacant=post is None)
    else:
        case.data = {**case.data, "answer": WAITS}


def take_answer(case: flows.Case, by: Actor, found: Transfer, *, is_vacant: bool) -> None:
    found.accepted_at = now()
    if not is_vacant:
        found.accepted_by_id, found.accepted_by_name = by.account_id, by.name
    found.save()
    case.data = {**case.data, "answer": VACANT if is_vacant else ACCEPTED}


def be_accepted(case: flows.Case, by: Actor) -> None:
    found = Transfer.objects.get(public_id=case.subject_id).locked_in({State.ASKED})
    refuse_same_person(by, found.author_id)
    is_vacant = keepers_of(found.other_unit_id) is None
    take_answer(case, by, found, is_vacant=is_vacant)
    if not is_vacant:
        deciding.note(by, found, "accept")


@transaction.atomic
def accept(*, by: Actor, transfer: Transfer) -> Transfer:
    """By the keeper of the unit that did not ask; then it waits for the office."""
    found = Transfer.objects.get(pk=transfer.pk)
    if found.state == State.ASKED and found.accepted_at is not None:
        raise WrongStateError(what=Transfer.what, state=_("对方已同意的"))
    refuse_same_person(by, found.author_id)
    refuse_stale(by)
    deciding.say(by=by, found=found, step=OTHER, decision="agree")
    return Transfer.objects.get(pk=found.pk)


@transaction.atomic
def ask_for_idle(*, by: Actor, token: UUID, asset: Asset, person_id: int, to_room_id: int, reason: str) -> Transfer:
    """By somebody who needs what another unit does not (闲置调剂): to his own unit, into his own name."""
    found = locked(asset, AT_HAND)
    unit_id = people.home_unit_of(person_id)
    if unit_id is None or not is_offered(found):
        raise NotIdleError
    return ask(
        by=by,
        token=token,
        asset=found,
        to_unit_id=unit_id,
        to_keeper_id=person_id,
        to_room_id=to_room_id,
        reason=reason,
        wants_idle=True,
    )


def is_offered(asset: Asset) -> bool:
    return Asset.objects.filter(OFFERED, pk=asset.pk).exists()


@transaction.atomic
def agree(*, by: Actor, transfer: Transfer) -> Transfer:
    """Where the other unit has no keeper any more, the office alone agrees."""
    found = deciding.waiting(transfer, by, state=State.DONE)
    if found.accepted_at is None and keepers_of(found.other_unit_id) is None:
        deciding.say(by=by, found=found, step=OTHER, decision="agree")
    return deciding.agree(by=by, found=found)


def carry_out(by: Actor, found: Transfer) -> None:
    """A thing that was lent or broke meanwhile stays where it is: the office is told so. Months until then stay the giver's."""
    thing = locked(found.asset, AT_HAND)
    if thing.unit_id != found.from_unit_id or (found.wants_idle and not is_offered(thing)):
        raise OutdatedTransferError
    refuse_own(by, found.to_keeper_id, thing.keeper_id)
    move(
        by=by,
        asset=thing,
        kind=Kind.TRANSFERRED,
        reason=found.reason,
        state=Thing.IN_USE,
        unit_id=found.to_unit_id,
        keeper_id=found.to_keeper_id,
        room_id=found.to_room_id,
        confirmed_at=None,
        is_idle=False,
    )


flows.actions |= {BEGIN: look_for_keeper, ACCEPT: be_accepted}
deciding.carries_out(Transfer.process, carry_out)


def refuse(*, by: Actor, transfer: Transfer, answer: str) -> Transfer:
    post = keepers_of(transfer.other_unit_id)
    step = OTHER if post is None or is_one_of(by, *post.person_ids) else ""
    return deciding.refuse(by=by, found=transfer, answer=answer, step=step)


def withdraw(*, by: Actor, asset: Asset) -> None:
    """By whoever asked for it, to another unit or outside, before the office decided."""
    found = deciding.own_request(by.account_id, asset)
    if found is None:
        raise NotFoundError(what=Transfer.what)
    deciding.refuse(by=by, found=found, answer=WITHDRAWN)
