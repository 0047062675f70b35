"""Whoever leaves answers no more: what he posted is closed. Two records of one person have one owner. The handlers get a list and may
get it twice."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.api import AccountClosed
from nanhu.platforms.people.api import PersonsMerged
from nanhu.services.lostfound.services.aging import BY
from nanhu.services.lostfound.services.merging import rekey
from nanhu.services.lostfound.services.settling import leave


@subscribe(AccountClosed, name="lostfound.close_items_of_closed")
def close_items_of_closed(events: Sequence[AccountClosed]) -> None:
    leave(by=BY, account_ids={event.account_id for event in events})


@subscribe(PersonsMerged, name="lostfound.rekey", at_once=True)
def rekey_merged(events: Sequence[PersonsMerged]) -> None:
    """Before it is told that the account that is gone is closed: then nothing is its own any more."""
    for event in events:
        kept, gone = identity.account_of(event.kept_id), identity.account_of(event.gone_id)
        if kept is not None and gone is not None:
            rekey(kept=kept.pk, gone=gone.pk)
