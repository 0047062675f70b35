"""What an author does with his item (操作): 已找到, 已归还, 关闭, 寻找中 again, prolonged once; and what a leaver leaves behind."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.services.lostfound import rules
from nanhu.services.lostfound.errors import AtDeskError, ProlongedBeforeError
from nanhu.services.lostfound.models import Claim, Conversation, HandOver, Item
from nanhu.services.lostfound.services.publishing import queue
from nanhu.services.lostfound.services.trail import each, end, end_claims, locked, note

State = Item.State
ENDS: dict[str, frozenset[str]] = {
    State.FOUND: frozenset({State.OPEN, State.EXPIRED}),
    State.RETURNED: frozenset({State.OPEN, State.EXPIRED}),
    State.CLOSED: frozenset({State.PENDING, State.OPEN, State.EXPIRED, State.REJECTED}),
}
"""By the new state, from which it is reached."""
REOPENED_FROM = (State.FOUND, State.RETURNED, State.CLOSED)


def ends_from(state: str, kind: str) -> frozenset[str]:
    """Cash that its owner found again is looked for by nobody; what was found and goes to the security office is the desk's."""
    if state == (State.RETURNED if kind == Item.Kind.LOST else State.FOUND):
        return frozenset()
    own = {State.GUARDED} if state == State.CLOSED and kind == Item.Kind.LOST else set()
    return ENDS[state] | own


@transaction.atomic
def settle(*, by: Actor, item: Item, state: str) -> Item:
    """It leaves the board; its phone is forgotten thirty days later."""
    found = locked(item)
    if found.state not in ends_from(state, found.kind):
        raise found.wrong_state()
    if found.handed_in_at is not None:
        raise AtDeskError
    end(found, state)
    found.save()
    end_claims(found)
    note(by, "lostfound.settle", found, state=found.state)
    return found


@transaction.atomic
def reopen(*, by: Actor, item: Item) -> Item:
    """寻找中 again, while its days are not over; what was never approved, was reported or was handed over stays ended."""
    found = locked(item, REOPENED_FROM)
    is_over = found.expires_on < campus_today() or found.hidden_at is not None or found.approved_at is None
    if is_over or HandOver.objects.filter(item=found).exists():
        raise found.wrong_state()
    found.state, found.ended_at = State.OPEN, None
    found.save()
    note(by, "lostfound.reopen", found)
    return found


@transaction.atomic
def prolong(*, by: Actor, item: Item) -> Item:
    """Thirty days more, once; also from 过期 on, where what nobody approved waits for its review first. Not while it is reported."""
    found = locked(item, (State.OPEN, State.EXPIRED))
    if found.prolonged_at is not None:
        raise ProlongedBeforeError
    if found.hidden_at is not None:
        raise found.wrong_state()
    if found.state == State.EXPIRED and found.approved_at is None:
        queue(found)
    else:
        found.state, found.ended_at = State.OPEN, None
    found.prolonged_at = now()
    found.expires_on = max(found.expires_on, campus_today()) + rules.SHOWN_FOR
    found.save()
    note(by, "lostfound.prolong", found)
    return found


@transaction.atomic
def keep_oneself(*, by: Actor, item: Item) -> Item:
    """The finder does not bring it after all: whoever claims it is answered by him."""
    found = locked(item, (State.PENDING, State.OPEN, State.EXPIRED))
    if found.handed_in_at is not None:
        raise AtDeskError
    if found.keeper == Item.Keeper.DESK:
        found.keeper = Item.Keeper.SELF
        found.save()
        note(by, "lostfound.keep_oneself", found)
    return found


@transaction.atomic
def bring_in(*, by: Actor, item: Item) -> Item:
    """The finder keeps it no longer: from here on it is one of those that the desk waits for."""
    found = locked(item, (State.PENDING, State.OPEN, State.EXPIRED))
    if found.kind != Item.Kind.FOUND:
        raise found.wrong_state()
    if found.keeper == Item.Keeper.SELF:
        found.keeper = Item.Keeper.DESK
        found.save()
        note(by, "lostfound.bring_in", found)
    return found


def leave(*, by: Actor, account_ids: Collection[int]) -> None:
    """Whoever left answers no more: what he lost or keeps himself is closed, what he claimed is free again, nobody writes to him.
    What lies at the desk stays."""
    own = Item.objects.filter(
        author_id__in=account_ids, state__in=ENDS[State.CLOSED] | {State.GUARDED}, handed_in_at=None
    )
    each(own, lambda item: close(by, item))
    theirs = Q(claimer_id__in=account_ids, state__in=[Claim.State.WAITING, Claim.State.RIGHT])
    held = Claim.objects.filter(theirs, item__state__in=[State.OPEN, State.EXPIRED])
    for item in Item.objects.filter(pk__in=held.values("item")).order_by("pk"):
        with transaction.atomic():
            locked(item).claims.filter(theirs).update(state=Claim.State.OVER, decided_at=now())
    talks = Conversation.objects.filter(Q(guest_id__in=account_ids) | Q(item__author_id__in=account_ids))
    talks.filter(closed_at=None).update(closed_at=now())


def close(by: Actor, item: Item) -> None:
    settle(by=by, item=item, state=State.CLOSED)
