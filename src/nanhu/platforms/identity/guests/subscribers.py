"""When a sponsor leaves, their guests go to nobody: they end with the sponsor's account."""

from collections.abc import Sequence

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.identity.events import AccountClosed
from nanhu.platforms.identity.guests.services.sponsoring import end, live_of
from nanhu.platforms.identity.models import Account

BY = Actor.system("identity.guests")


@subscribe(AccountClosed, name="identity_guests.end_guests_of_gone_sponsors")
def follow_closed(events: Sequence[AccountClosed]) -> None:
    for event in events:
        if event.state != Account.State.ENDED:
            continue
        sponsor = Account.objects.get(pk=event.account_id)
        for held in live_of(sponsor):
            with transaction.atomic():
                end(by=BY, sponsor=sponsor, public_id=held.public_id)
