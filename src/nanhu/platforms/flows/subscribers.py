"""What flows hears: people who leave or turn out to be one, posts that end."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.flows.services import outside, persons
from nanhu.platforms.people.api import AffiliationEnded, PersonsMerged, PostEnded


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


@subscribe(PostEnded, name="flows.assign_vacant")
def assign_vacant(_events: Sequence[PostEnded]) -> None:
    persons.assign_vacant()
