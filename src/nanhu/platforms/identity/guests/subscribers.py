"""When a sponsor leaves, their guests go to nobody: they end with the sponsor's last day here, and with the account that is closed otherwise."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.identity.events import AccountClosed
from nanhu.platforms.identity.guests.services.sponsoring import end_all, end_of_leavers
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people.api import AffiliationChanged, AffiliationEnded

BY = Actor.system("identity.guests")


@subscribe(AccountClosed, name="identity_guests.end_guests_of_gone_sponsors")
def follow_closed(events: Sequence[AccountClosed]) -> None:
    for event in events:
        if event.state != Account.State.ENDED:
            continue
        end_all(by=BY, sponsor=Account.objects.get(pk=event.account_id))


@subscribe(AffiliationEnded, name="identity_guests.end_guests_of_leavers")
@subscribe(AffiliationChanged, name="identity_guests.end_guests_of_changed")
def follow_leavers(events: Sequence[AffiliationEnded | AffiliationChanged]) -> None:
    end_of_leavers(by=BY, person_ids={event.person_id for event in events})
