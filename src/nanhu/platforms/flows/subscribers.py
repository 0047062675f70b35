"""What flows hears: people who leave, turn out to be one or two, or are shut out; posts that end."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.flows.events import CaseClosed
from nanhu.platforms.flows.services import delegations, outside, papering, persons
from nanhu.platforms.identity.api import AccountClosed
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import AffiliationEnded, PersonsMerged, PersonsParted, PostEnded


@subscribe(AffiliationEnded, name="flows.assign_tasks_of_leavers")
def assign_tasks_of_leavers(events: Sequence[AffiliationEnded]) -> None:
    person_ids = {event.person_id for event in events}
    persons.assign_tasks_of_leavers(person_ids=person_ids)
    outside.assign_anew(person_ids=person_ids)


@subscribe(PersonsMerged, name="flows.merge_persons")
def merge_persons(events: Sequence[PersonsMerged]) -> None:
    for kept_id, gone_id in people.merges_that_stand(events):
        persons.merge(kept_id=kept_id, gone_id=gone_id)
        outside.merge(kept_id=kept_id, gone_id=gone_id)


@subscribe(PersonsParted, name="flows.part_persons")
def part_persons(events: Sequence[PersonsParted]) -> None:
    """To-dos of other systems name campus numbers, and so find their persons again."""
    outside.assign_anew(person_ids={one for event in events for one in (event.kept_id, event.restored_id)})


@subscribe(PersonsParted, name="flows.end_doubtful_delegations", at_once=True)
def end_doubtful_delegations(events: Sequence[PersonsParted]) -> None:
    """In the transaction that parts them: nobody decides for a moment longer in whose place he was never put."""
    for one in people.parted_records(events):
        delegations.end_doubtful(by=persons.BY, person_id=one.person_id, since=one.since)


@subscribe(AccountClosed, name="flows.assign_tasks_of_closed")
def assign_tasks_of_closed(events: Sequence[AccountClosed]) -> None:
    persons.assign_tasks_of_closed(person_ids={event.person_id for event in events})


@subscribe(PostEnded, name="flows.assign_vacant")
def assign_vacant(_events: Sequence[PostEnded]) -> None:
    persons.assign_vacant()


@subscribe(CaseClosed, name="flows.end_refused_papers")
def end_refused_papers(events: Sequence[CaseClosed]) -> None:
    papering.end_refused(events)
