"""Handing over (当面移交): who has things shows a code that lives for minutes; who opens it and confirms has them. Two acts."""

from collections.abc import Collection
from datetime import timedelta
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.systems.assets.errors import CodeOverError, NothingChosenError, OwnCodeError
from nanhu.systems.assets.models import HandOver
from nanhu.systems.assets.services.keeping import all_own, refuse_outsider
from nanhu.systems.assets.services.moving import Kind, State, locked_all, move_all

LIVES: Final = timedelta(minutes=10)


@transaction.atomic
def offer(*, by: Actor, person_id: int, public_ids: Collection[UUID]) -> HandOver:
    if not public_ids:
        raise NothingChosenError
    things = all_own(public_ids, person_id)
    shown = HandOver.objects.create(code=token_urlsafe(16), giver_id=person_id, expires_at=now() + LIVES)
    shown.assets.set(things)
    audit.record(by=by, action="assets.offer", target=f"hand_over:{shown.pk}", facts={"count": len(things)})
    return shown


def living(code: str) -> HandOver:
    found = HandOver.objects.filter(code=code, taken_at=None, expires_at__gt=now()).first()
    if found is None:
        raise CodeOverError
    return found


@transaction.atomic
def take(*, by: Actor, code: str, person_id: int) -> int:
    """All or none, each still with the giver and the taker of its unit."""
    shown = HandOver.objects.select_for_update().filter(pk=living(code).pk, taken_at=None).first()
    if shown is None or shown.expires_at <= now():
        raise CodeOverError
    if shown.giver_id == person_id:
        raise OwnCodeError
    offered = list(shown.assets.values_list("public_id", flat=True))
    things, at = locked_all(offered, (State.IN_USE,), keeper_id=shown.giver_id), now()
    for unit_id in {one.unit_id for one in things}:
        refuse_outsider(person_id, unit_id)
    move_all(by=by, things=things, kind=Kind.HANDED_OVER, keeper_id=person_id, confirmed_at=at, last_seen_at=at)
    shown.taker_id, shown.taken_at = person_id, at
    shown.save(update_fields=["taker", "taken_at"])
    return len(things)
