"""What ends sessions: an account that closed, a new password, an affiliation that ended or changed; and news of a device for its owner."""

from collections.abc import Sequence
from typing import Final

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import subscribe
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.api import AccountClosed, AppPasswordRevoked, PasswordChanged, PasswordRevoked
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import AffiliationChanged, AffiliationEnded, PersonsMerged, PersonsParted
from nanhu.services.network import queries
from nanhu.services.network.events import DeviceSeen, SessionUnknown
from nanhu.services.network.models import Device, Grant, NetworkRole, Refusal, Session
from nanhu.services.network.policies import ENGINEER
from nanhu.services.network.services import disconnecting, parting, passes
from nanhu.services.network.services.disconnecting import LEFT, NEW_PASSWORD, POLICY, SUSPENDED

BY: Final = Actor.system("network.cut")


@subscribe(AccountClosed, name="network.cut_closed")
def cut_closed(events: Sequence[AccountClosed]) -> None:
    """With its guests, for whom nobody answers any more; whoever stole it may have invited them. Also of whom nothing stands yet: who is just
    let in is waited for."""
    for person_id in {event.person_id for event in events}:
        disconnecting.disconnect(by=BY, person_id=person_id, cause=SUSPENDED)
    passes.hold(by=BY, account_ids=[event.account_id for event in events])


@subscribe(PasswordChanged, name="network.cut_old_password")
@subscribe(PasswordRevoked, name="network.cut_revoked_password")
def cut_old_password(events: Sequence[PasswordChanged | PasswordRevoked]) -> None:
    """Whoever came in with the former one goes; devices come back by themselves with the new. Also what an app password opened: of one that
    is taken back those are taken back along with it, or open nothing before there is a new one."""
    for person_id in {event.person_id for event in events}:
        disconnecting.disconnect(by=BY, person_id=person_id, cause=NEW_PASSWORD)


@subscribe(AppPasswordRevoked, name="network.cut_app_password")
def cut_app_password(events: Sequence[AppPasswordRevoked]) -> None:
    """What came in with it goes; what came in otherwise stays."""
    for event in events:
        disconnecting.disconnect_app_password(by=BY, person_id=event.person_id, app_password=event.public_id)


@subscribe(AffiliationEnded, name="network.cut_leavers")
@subscribe(AffiliationChanged, name="network.follow_changes")
def follow(events: Sequence[AffiliationEnded | AffiliationChanged]) -> None:
    """Whoever is on line in a role that is his no more is cut off, and may come in again in another; a guest stays for whom another vouches."""
    open_grants = queries.living_grants().filter(person__in=[event.person_id for event in events])
    held: dict[int, set[str]] = {}
    for person_id, role in open_grants.values_list("person_id", "role"):
        held.setdefault(person_id, set()).add(role)
    cards = people.person_cards(held)
    for person_id, roles in held.items():
        card = cards.get(person_id)
        kinds = card.live_kinds if card else set()
        if roles - kinds:
            disconnecting.disconnect(by=BY, person_id=person_id, cause=POLICY if kinds else LEFT)
    passes.hold(by=BY, person_ids=[person_id for person_id, roles in held.items() if NetworkRole.GUEST in roles])


@subscribe(PersonsMerged, name="network.rekey")
def rekey_merged(events: Sequence[PersonsMerged]) -> None:
    """Heard twice, the second finds nothing. A device that both have stays once."""
    for kept_id, gone_id in people.merges_that_stand(events):
        known = Device.objects.filter(person=kept_id, removed_at=None).values("recognised_by")
        theirs = Device.objects.filter(person=gone_id, removed_at=None)
        theirs.filter(recognised_by__in=list(known.values_list("recognised_by", flat=True))).update(removed_at=now())
        for model in (Device, Grant, Session, Refusal):
            model.objects.filter(person=gone_id).update(person=kept_id)


@subscribe(PersonsParted, name="network.part")
def part_persons(events: Sequence[PersonsParted]) -> None:
    for kept_id, restored_id in people.partings_that_stand(events):
        parting.part(by=BY, kept_id=kept_id, restored_id=restored_id)


@subscribe(DeviceSeen, name="network.tell_new_device")
def tell_new_device(events: Sequence[DeviceSeen]) -> None:
    """The owner hears of it, and can send it away by the link."""
    found = Device.objects.in_bulk([event.device_id for event in events])
    for event in events:
        device = found.get(event.device_id)
        if device is not None:
            facts = {"device": device, "at": dates.lazy_time(device.first_seen_at)}
            messages.tell({event.person_id}, "network.new_device", facts, urgency="now", key=str(device.public_id))


@subscribe(SessionUnknown, name="network.tell_unknown")
def tell_unknown(events: Sequence[SessionUnknown]) -> None:
    """The engineers hear of a NAS whose sessions are nobody's on the first day, long before they are a to-do."""
    engineers = {one.person_id for one in identity.holders_of(ENGINEER) if one.person_id}
    told = Session.objects.filter(pk__in=[event.session_id for event in events])
    names = dict(told.values_list("pk", "nas__name"))
    for event in events:
        facts = {"nas": names.get(event.session_id, ""), "why": Session.Note(event.note).label}
        messages.tell(engineers, "network.unknown_session", facts, key=str(event.session_id))
