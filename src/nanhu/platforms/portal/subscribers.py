"""Two who were taken for one are told apart: a calendar's address that was made meanwhile may be known to the other."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.identity.api import AccountParted
from nanhu.platforms.portal.services import calendar

BY = Actor.system("portal.calendar")


@subscribe(AccountParted, name="portal.revoke_doubtful_addresses", at_once=True)
def revoke_doubtful_addresses(events: Sequence[AccountParted]) -> None:
    for event in events:
        calendar.revoke_doubtful(by=BY, account_id=event.account_id, since=event.since)
