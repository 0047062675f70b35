"""What an author does with his item (操作): 已找到, 已归还, 关闭, 寻找中 again, prolonged once; and what a leaver leaves behind."""

from collections.abc import Collection

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.services.lostfound import rules
from nanhu.services.lostfound.errors import AtDeskError, ProlongedBeforeError
from nanhu.services.lostfound.models import HandOver, Item
from nanhu.services.lostfound.services.trail import locked, note

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
    own = {State.GUARDED} if state == State.CLOSED and kind == Item.Kind.LOST else set()
    return ENDS[state] | own


@transaction.atomic
def settle(*, by: Actor, item: Item, state: str) -> Item:
    """It leaves the board; its phone is forgotten thirty days later."""
    found = locked(item, ends_from(state, item.kind))
    if found.handed_in_at is not None:
        raise AtDeskError
    found.state, found.ended_at, found.review_due_at = state, now(), None
    found.save()
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
    """Thirty days more, once; also from 过期 on."""
    found = locked(item, (State.OPEN, State.EXPIRED))
    if found.prolonged_at is not None:
        raise ProlongedBeforeError
    found.prolonged_at, found.state, found.ended_at = now(), State.OPEN, None
    found.expires_on = max(found.expires_on, campus_today()) + rules.SHOWN_FOR
    found.save()
    note(by, "lostfound.prolong", found)
    return found


def close_of(*, by: Actor, account_ids: Collection[int]) -> int:
    """Whoever left answers no more: what he lost or keeps himself is closed; what lies at the desk stays."""
    rows = Item.objects.filter(author_id__in=account_ids, state__in=ENDS[State.CLOSED], handed_in_at=None)
    for item in rows:
        settle(by=by, item=item, state=State.CLOSED)
    return len(rows)
