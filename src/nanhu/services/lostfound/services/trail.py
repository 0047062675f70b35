"""What each write here shares: the row under its lock, how many a day, its line in the audit log, a message to whom it concerns."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import Text
from nanhu.platforms.identity import api as identity
from nanhu.services.lostfound.errors import TooManyTodayError
from nanhu.services.lostfound.models import Item


def locked(item: Item, states: Collection[str] = ()) -> Item:
    """The row as it is now, ours until the transaction ends, in one of these states."""
    found = Item.objects.select_for_update(of=("self",)).select_related("author", "place__parent").get(pk=item.pk)
    if states and found.state not in states:
        raise found.wrong_state()
    return found


def refuse_beyond(account_id: int, rows: QuerySet[Any], most: int, what: Text) -> None:
    """So many of these rows a day a person; two at once are counted one after the other."""
    lock_key(f"{rows.model._meta.label}:{account_id}")  # noqa: SLF001 - Django's own name for what describes a model
    if rows.count() >= most:
        raise TooManyTodayError(what=what, most=most)


def day_ago() -> datetime:
    return now() - timedelta(days=1)


def note(by: Actor, action: str, item: Item, reason: str = "", **facts: object) -> None:
    audit.record(by=by, action=action, target=f"lostfound-item:{item.public_id}", reason=reason, facts=facts)


def notify(account: identity.Account, text: str) -> None:
    """By every verified channel. The text names the thing, and no person but who looked at a phone."""
    identity.notify_account(account=account, text=text)
