"""What each write here shares: the row under its lock, its end, how many a day, its line in the audit log, a message to whom it concerns."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import lazy_filled
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages import api as messages
from nanhu.services.lostfound.errors import TooManyTodayError
from nanhu.services.lostfound.models import Claim, Item


def locked(item: Item, states: Collection[str] = ()) -> Item:
    """The row as it is now, ours until the transaction ends, in one of these states."""
    found = Item.objects.select_for_update(of=("self",)).select_related("author", "place__parent").get(pk=item.pk)
    if states and found.state not in states:
        raise found.wrong_state()
    return found


def each(rows: QuerySet[Item], change: Callable[[Item], None]) -> int:
    """One transaction an item: what somebody changed meanwhile is left to him."""
    count = 0
    for item in rows.order_by("pk"):
        try:
            with transaction.atomic():
                change(item)
        except WrongStateError:
            continue
        count += 1
    return count


def end(item: Item, state: str) -> None:
    """Off the board. What was reported is still judged; nothing else waits for a review. The caller saves."""
    item.state, item.ended_at = state, now()
    if item.hidden_at is None:
        item.review_due_at, item.alarmed_at = None, None


def end_claims(item: Item, *, but: int | None = None) -> None:
    """Nobody waits for an answer that does not come."""
    for one in item.claims.filter(state=Claim.State.WAITING).select_related("claimer"):
        one.state, one.decided_at = Claim.State.OVER, now()
        one.save()
        if one.claimer_id != but:
            notify(one.claimer, _("您认领的“%(item)s”已经不在寻找，不用再等答复。"), item=item.public_title)


def refuse_beyond(account_id: int, rows: QuerySet[Any], most: int, what: Text) -> None:
    """So many of these rows a day a person; two at once are counted one after the other."""
    lock_key(f"{rows.model._meta.label}:{account_id}")  # noqa: SLF001 - Django's own name for what describes a model
    if rows.count() >= most:
        raise TooManyTodayError(what=what, most=most)


def day_ago() -> datetime:
    return now() - timedelta(days=1)


def note(by: Actor, action: str, item: Item, reason: str = "", **facts: object) -> None:
    audit.record(by=by, action=action, target=f"lostfound-item:{item.public_id}", reason=reason, facts=facts)


def notify(account: identity.Account, text: Text, /, **facts: object) -> None:
    """The text names the thing, and no person but who looked at a phone. It is a lazy one: read in its reader's language."""
    messages.tell({account.person_id}, "lostfound.step", {"words": lazy_filled(text, **facts)})
