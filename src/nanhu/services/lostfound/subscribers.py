"""Whoever leaves answers no more: what he posted is closed. The handler gets a list and may get it twice."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.identity.api import AccountClosed
from nanhu.services.lostfound.services.aging import BY
from nanhu.services.lostfound.services.settling import close_of


@subscribe(AccountClosed, name="lostfound.close_items_of_closed")
def close_items_of_closed(events: Sequence[AccountClosed]) -> None:
    close_of(by=BY, account_ids={event.account_id for event in events})
