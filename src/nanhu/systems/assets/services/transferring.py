"""Transfers between units (调拨): the keeper asks, the asset office agrees, and the new keeper confirms that it is there."""

from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.proposals import WITHDRAWN, given
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import NotIdleError, OutdatedTransferError, SameUnitError
from nanhu.systems.assets.models import Asset, Transfer
from nanhu.systems.assets.services.depreciating import keep_months
from nanhu.systems.assets.services.keeping import refuse_outsider
from nanhu.systems.assets.services.moving import AT_HAND, Kind, locked, move
from nanhu.systems.assets.services.moving import State as Thing
from nanhu.systems.assets.services.own import refuse_own

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
    found = locked(asset.public_id, AT_HAND)
    refuse_outsider(to_keeper_id, to_unit_id)
    if found.unit_id == to_unit_id:
        raise SameUnitError
    if Transfer.objects.filter(asset=found, state=State.ASKED).exists():
        raise WrongStateError(what=found.name, state=State.ASKED.label)
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
    note(by, asked, "assets.ask_transfer", asked.reason)
    return asked


@transaction.atomic
def ask_for_idle(*, by: Actor, token: UUID, asset: Asset, person_id: int, to_room_id: int, reason: str) -> Transfer:
    """By somebody who needs what another unit does not (闲置调剂): to his own unit, into his own name."""
    found = locked(asset.public_id, AT_HAND)
    unit_id = people.home_unit_of(person_id)
    if not found.is_idle or unit_id is None:
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


@transaction.atomic
def agree(*, by: Actor, transfer: Transfer) -> Transfer:
    """A thing that was lent or broke meanwhile stays where it is: the office is told so. Months until then stay the giver's."""
    keep_months()
    found = transfer.locked_in({State.ASKED})
    found.decide(by, state=State.DONE)
    thing = locked(found.asset.public_id, AT_HAND)
    if thing.unit_id != found.from_unit_id or (found.wants_idle and not thing.is_idle):
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
    found.save()
    note(by, found, "assets.approve_transfer")
    return found


@transaction.atomic
def refuse(*, by: Actor, transfer: Transfer, answer: str) -> Transfer:
    found = transfer.locked_in({State.ASKED})
    found.decide(by, state=State.REFUSED, answer=given(answer))
    found.save()
    note(by, found, "assets.refuse_transfer", found.answer)
    return found


@transaction.atomic
def withdraw(*, by: Actor, asset: Asset) -> Transfer:
    """By whoever asked for it, before the office decided."""
    found = waiting_of(by.account_id, asset)
    if found is None:
        raise NotFoundError(what=Transfer.what)
    return refuse(by=by, transfer=found, answer=WITHDRAWN)


def waiting_of(account_id: int | None, asset: Asset) -> Transfer | None:
    """What this person asked for and nobody has decided yet."""
    return Transfer.objects.filter(asset=asset, state=State.ASKED, author=account_id).first()


def note(by: Actor, transfer: Transfer, action: str, reason: str = "") -> None:
    audit.record(by=by, action=action, target=f"asset:{transfer.asset.number}", reason=reason)
