"""What people's life means for accounts. Each handler gets a list and may get it twice; merging and parting happen in the transaction of the
golden record, so that nobody is let in as somebody he is not meanwhile."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.identity.lifecycle import accounts, parting
from nanhu.platforms.people.api import (
    AffiliationChanged,
    AffiliationEnded,
    AffiliationStarted,
    PersonJoined,
    PersonsMerged,
    PersonsParted,
)

BY = Actor.system("identity.life_cycle")


@subscribe(PersonJoined, name="identity.open_accounts_for_newcomers")
def open_for_newcomers(events: Sequence[PersonJoined]) -> None:
    accounts.open_accounts(by=BY, person_ids=[event.person_id for event in events])


@subscribe(AffiliationStarted, name="identity.open_accounts_for_affiliated")
def open_for_affiliated(events: Sequence[AffiliationStarted]) -> None:
    """Also who comes back: an ended account opens again where it was."""
    ids = [event.person_id for event in events]
    accounts.open_accounts(by=BY, person_ids=ids)
    accounts.follow_affiliations(by=BY, person_ids=ids)


@subscribe(AffiliationChanged, name="identity.follow_changed_affiliations")
def follow_changed(events: Sequence[AffiliationChanged]) -> None:
    accounts.follow_affiliations(by=BY, person_ids=[event.person_id for event in events])


@subscribe(AffiliationEnded, name="identity.follow_ended_affiliations")
def follow_ended(events: Sequence[AffiliationEnded]) -> None:
    accounts.follow_affiliations(by=BY, person_ids=[event.person_id for event in events])


@subscribe(PersonsMerged, name="identity.merge_accounts", at_once=True)
def merge_accounts(events: Sequence[PersonsMerged]) -> None:
    for event in events:
        accounts.merge(by=BY, kept_id=event.kept_id, gone_id=event.gone_id)


@subscribe(PersonsParted, name="identity.part_accounts", at_once=True)
def part_accounts(events: Sequence[PersonsParted]) -> None:
    for event in events:
        parting.part(by=BY, kept_id=event.kept_id, restored_id=event.restored_id, since=dict(event.since))
