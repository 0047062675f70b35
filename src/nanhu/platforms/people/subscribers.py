"""What posts hear: people who leave, and records that were one person."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.people.events import AffiliationEnded, PersonsMerged, PersonsParted
from nanhu.platforms.people.posts import following


@subscribe(AffiliationEnded, name="people.end_posts_of_leavers")
def end_posts_of_leavers(events: Sequence[AffiliationEnded]) -> None:
    following.end_posts_of_leavers(person_ids={event.person_id for event in events})


@subscribe(PersonsMerged, name="people.merge_posts")
def merge_posts(events: Sequence[PersonsMerged]) -> None:
    following.follow_merges(person_ids={one for event in events for one in (event.kept_id, event.gone_id)})


@subscribe(PersonsParted, name="people.part_posts")
def part_posts(events: Sequence[PersonsParted]) -> None:
    following.follow_merges(person_ids={one for event in events for one in (event.kept_id, event.restored_id)})
