"""An account that has ended takes its tokens and app passwords along; one that is suspended only silences them."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.identity.events import AccountClosed
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.personal.services.keys import revoke_all

BY = Actor.system("identity.personal")


@subscribe(AccountClosed, name="identity_personal.revoke_keys_of_ended_accounts")
def follow_closed(events: Sequence[AccountClosed]) -> None:
    for event in events:
        if event.state == Account.State.ENDED:
            revoke_all(by=BY, account_id=event.account_id)
