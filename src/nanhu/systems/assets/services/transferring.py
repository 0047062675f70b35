"""Transfers between units (调拨): one unit asks, the other's keeper accepts, the asset office agrees, and who gets it confirms."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.proposals import WITHDRAWN, given, refuse_same_person, refuse_stale
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import NotAcceptedError, NotIdleError, OutdatedTransferError, SameUnitError
from nanhu.systems.assets.models import Asset, Transfer
from nanhu.systems.assets.models.things import OFFERED
from nanhu.systems.assets.policies import POST
from nanhu.systems.assets.services.depreciating import keep_months
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
        **accepted_at_once(by, found.unit_id if wants_idle else to_unit_id),
    )
    note(by, asked, "assets.ask_transfer", asked.reason)
    return asked


def accepted_at_once(by: Actor, unit_id: int) -> dict[str, Any]:
    """Where nobody is the other unit's keeper, or whoever asks is."""
    post = keepers_of(unit_id)
    if post is None:
        return {"accepted_at": now()}
    return acceptance(by) if is_one_of(by, *post.person_ids) else {}


def keepers_of(unit_id: int) -> people.PostFound | None:
    return people.find_post(unit_id, POST, climbs=True)


def acceptance(by: Actor) -> dict[str, Any]:
    return {"accepted_at": now(), "accepted_by_id": by.account_id, "accepted_by_name": by.name}


@transaction.atomic
def accept(*, by: Actor, transfer: Transfer) -> Transfer:
    """By the keeper of the unit that did not ask; then it waits for the office."""
    found = transfer.locked_in({State.ASKED})
    if found.accepted_at is not None:
        raise WrongStateError(what=Transfer.what, state=_("对方已同意的"))
    refuse_same_person(by, found.author_id)
    refuse_stale(by)
    for name, value in acceptance(by).items():
        setattr(found, name, value)
    found.save()
    note(by, found, "assets.accept_transfer")
    return found


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
    """A thing that was lent or broke meanwhile stays where it is: the office is told so. Months until then stay the giver's. Where the other
    unit has no keeper any more, the office alone agrees."""
    keep_months()
    found = transfer.locked_in({State.ASKED})
    if found.accepted_at is None:
        if keepers_of(found.other_unit_id) is not None:
            raise NotAcceptedError
        found.accepted_at = now()
    found.decide(by, state=State.DONE)
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
