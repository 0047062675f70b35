"""Suspensions by decision (人工停用) when records are merged and parted: they stop the person, whichever account is kept."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Account, Suspension

NONE = -1
MERGED, PARTED = "合并", "拆分"
"""Why one was lifted: a mark of ours in the record, as 到期 is."""


def carry_over(*, by: Actor, giver: Account, taker: Account) -> dict[str, int]:
    """What stops the giver stops the taker, of both the one that lasts longer. What was done, to be undone by `give_back`."""
    theirs, own = standing(giver).first(), standing(taker).first()
    if theirs is None or (own is not None and lasts_as_long(own, theirs)):
        return {}
    if own is not None:
        lift(own, by=by, reason=MERGED)
    brought = copied(by=by, suspension=theirs, to=taker)
    return {"suspension": brought.pk} | ({"set_aside": own.pk} if own is not None else {})


def give_back(*, by: Actor, merge: Mapping[str, Any], giver: Account, taker: Account) -> None:
    """Each is stopped by what stopped them before; what was lifted since is lifted for both.

    What was decided since stops both: whom of the two it was meant for nobody can tell. Call while the giver's state
    is still that of the merge.
    """
    brought = Suspension.objects.filter(pk=merge.get("suspension", NONE), account=taker).first()
    if brought is not None and brought.lifted_at is None:
        lift(brought, by=by, reason=PARTED)
        set_aside = Suspension.objects.filter(pk=merge.get("set_aside", NONE), account=taker, lift_reason=MERGED)
        set_aside.update(lifted_at=None, lifted_by="", lift_reason="")
    elif brought is not None and (theirs := standing(giver).first()) is not None:
        lift(theirs, by=by, reason=brought.lift_reason)
    since = standing(taker).filter(created_at__gt=giver.state_changed_at).first()
    if since is not None and not standing(giver).exists():
        copied(by=by, suspension=since, to=giver)


def standing(account: Account) -> QuerySet[Suspension]:
    return Suspension.objects.filter(account=account, lifted_at=None)


def lasts_as_long(one: Suspension, other: Suspension) -> bool:
    return one.until is None or (other.until is not None and one.until >= other.until)


def copied(*, by: Actor, suspension: Suspension, to: Account) -> Suspension:
    facts = {name: getattr(suspension, name) for name in ("reason", "suspended_by", "created_at", "until")}
    audit.record(by=by, action="identity.suspend", target=f"account:{to.pk}", reason=suspension.reason)
    return Suspension.objects.create(account=to, **facts)


def lift(suspension: Suspension, *, by: Actor, reason: str) -> None:
    suspension.lifted_at, suspension.lifted_by, suspension.lift_reason = now(), by.name, reason
    suspension.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    audit.record(by=by, action="identity.resume", target=f"account:{suspension.account_id}", reason=reason)
