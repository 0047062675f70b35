"""A browser is trusted no longer than the password lives, its account is open and its owner or an engineer kicks it; of merged persons what
one had is the other's."""

from collections.abc import Sequence
from typing import Final

from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import publish, subscribe
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.api import AccountClosed, PasswordChanged, PasswordRevoked
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PersonsMerged, PersonsParted
from nanhu.services.network import api as network
from nanhu.services.network.api import DeviceKicked, DeviceSeen, GuestPassed
from nanhu.services.network.portal.models import Cure, SignIn, Trust
from nanhu.services.network.portal.services.signing_in import forget

BY: Final = Actor.system("network.portal")


@subscribe(PasswordChanged, name="network_portal.forget_after_new_password")
@subscribe(PasswordRevoked, name="network_portal.forget_revoked_password")
@subscribe(AccountClosed, name="network_portal.forget_closed")
def follow_accounts(events: Sequence[PasswordChanged | PasswordRevoked | AccountClosed]) -> None:
    forget(by=BY, rows=Trust.objects.filter(account_id__in=[one.account_id for one in events]))


@subscribe(DeviceKicked, name="network_portal.forget_kicked")
def follow_kicks(events: Sequence[DeviceKicked]) -> None:
    for one in events:
        of_device = Q() if one.device_id is None else Q(device_id=one.device_id)
        forget(by=BY, rows=Trust.objects.filter(of_device, account__person_id=one.person_id))


@subscribe(PersonsMerged, name="network_portal.rekey")
def rekey(events: Sequence[PersonsMerged]) -> None:
    """Heard twice, the second finds nothing."""
    for kept_id, gone_id in people.merges_that_stand(events):
        for model in (SignIn, Cure):
            model.objects.filter(person=gone_id).update(person=kept_id)
        kept = identity.account_of(kept_id)
        if kept is not None:
            Trust.objects.filter(account__person_id=gone_id).update(account=kept)


@subscribe(PersonsParted, name="network_portal.forget_parted", at_once=True)
def follow_parted(events: Sequence[PersonsParted]) -> None:
    """Whose of the two a browser is nobody can say any more; a sign-in names a campus number."""
    for one in events:
        numbers = network.numbers_of(one.restored_id)
        SignIn.objects.filter(person=one.kept_id, campus_no__in=numbers).update(person=one.restored_id)
    ids = [person_id for one in events for person_id in (one.kept_id, one.restored_id)]
    forget(by=BY, rows=Trust.objects.filter(account__person_id__in=ids))


@subscribe(DeviceSeen, name="network_portal.follow_guests")
def follow_guests(events: Sequence[DeviceSeen]) -> None:
    sponsors = identity.guests.sponsors_of({one.person_id for one in events})
    for one in events:
        if one.person_id in sponsors:
            sponsor = sponsors[one.person_id]
            publish(GuestPassed(person_id=one.person_id, sponsor_id=sponsor, device_id=one.device_id))


@subscribe(GuestPassed, name="network_portal.tell_sponsor")
def tell_sponsor(events: Sequence[GuestPassed]) -> None:
    """Who vouches for a guest hears of each of his devices once."""
    cards = people.person_cards({one.person_id for one in events})
    devices = network.Device.objects.in_bulk([one.device_id for one in events])
    for one in events:
        card, device = cards.get(one.person_id), devices.get(one.device_id)
        if card and device:
            facts = {"guest": card.name, "device": device}
            messages.tell([one.sponsor_id], "network.guest_passed", facts, key=str(device.public_id))
