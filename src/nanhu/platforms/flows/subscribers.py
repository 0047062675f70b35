"""What flows hears: people who leave, turn out to be one or two, or are shut out; posts that end."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.flows.events import CaseClosed
from nanhu.platforms.flows.services import outside, papering, persons
from nanhu.platforms.identity.api import AccountClosed
from nanhu.platforms.people.api import AffiliationEnded, PersonsMerged, PersonsParted, PostEnded


@subscribe(AffiliationEnded, name="flows.assign_tasks_of_leavers")
def assign_tasks_of_leavers(events: Sequence[AffiliationEnded]) -> None:
    person_ids = {event.person_id for event in events}
    persons.assign_tasks_of_leavers(person_ids=person_ids)
    outside.assign_anew(person_ids=person_ids)


@subscribe(PersonsMerged, name="flows.merge_persons")
def merge_persons(events: Sequence[PersonsMerged]) -> None:
    for event in events:
        persons.merge(kept_id=event.kept_id, gone_id=event.gone_id)
        outside.merge(kept_id=event.kept_id, gone_id=event.gone_id)


@subscribe(PersonsParted, name="flows.part_persons")
def part_persons(events: Sequence[PersonsParted]) -> None:
    """To-dos of other systems name campus numbers, and so find their persons again."""
    outside.assign_anew(person_ids={one for event in events for one in (event.kept_id, event.restored_id)})


@subscribe(AccountClosed, name="flows.assign_tasks_of_closed")
def assign_tasks_of_closed(events: Sequence[AccountClosed]) -> None:
    persons.assign_tasks_of_closed(person_ids={event.person_id for event in events})


@subscribe(PostEnded, name="flows.assign_vacant")
def assign_vacant(_events: Sequence[PostEnded]) -> None:
    persons.assign_vacant()


@subscribe(CaseClosed, name="flows.end_refused_papers")
def end_refused_papers(events: Sequence[CaseClosed]) -> None:
    papering.end_refused(events)
