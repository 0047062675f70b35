"""What posts hear: people who leave, and records that were one person. And what is remembered of two that were one."""

from collections.abc import Sequence

from nanhu.kernel.clock import now
from nanhu.kernel.events import subscribe
from nanhu.platforms.people.events import AffiliationEnded, PersonsMerged, PersonsParted
from nanhu.platforms.people.models import Parting
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


@subscribe(PersonsParted, name="people.keep_partings", at_once=True)
def keep_partings(events: Sequence[PersonsParted]) -> None:
    for one in events:
        since, until = dict(one.since).get(one.restored_id), one.at or now()
        Parting.objects.get_or_create(
            holder_id=one.kept_id, restored_id=one.restored_id, until=until, defaults={"since": since}
        )
