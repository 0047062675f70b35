"""What each write here shares: the row under its lock, its line in the audit log, a message to whom it concerns."""

from collections.abc import Collection

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import api as identity
from nanhu.services.lostfound.models import Item


def locked(item: Item, states: Collection[str] = ()) -> Item:
    """The row as it is now, ours until the transaction ends, in one of these states."""
    found = Item.objects.select_for_update(of=("self",)).select_related("author", "place__parent").get(pk=item.pk)
    if states and found.state not in states:
        raise found.wrong_state()
    return found


def note(by: Actor, action: str, item: Item, reason: str = "", **facts: object) -> None:
    audit.record(by=by, action=action, target=f"lostfound-item:{item.public_id}", reason=reason, facts=facts)


def notify(account: identity.Account, text: str) -> None:
    """By every verified channel. The text names the thing and never a person."""
    identity.notify_account(account=account, text=text)
