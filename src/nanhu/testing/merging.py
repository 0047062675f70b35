"""Two records that are taken for one and told apart again, for tests of what rooms hear of it, also late."""

from nanhu.kernel.actors import Actor
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PersonsMerged, PersonsParted

BY = Actor.system("test")


def merge(*, kept_id: int, gone_id: int) -> int:
    """The number by which it is undone. What hears of it at once has heard."""
    return people.merge_persons(by=BY, kept_id=kept_id, gone_id=gone_id, reason="同一个人").pk


def part(merge_id: int) -> None:
    people.part_persons(by=BY, merge_id=merge_id, reason="是两个人")


def merged(*, kept_id: int, gone_id: int) -> PersonsMerged:
    """As a worker tells it."""
    merge(kept_id=kept_id, gone_id=gone_id)
    return PersonsMerged(kept_id=kept_id, gone_id=gone_id)


def merged_and_parted(*, kept_id: int, gone_id: int) -> PersonsMerged:
    """As a worker that was down tells it after they were parted."""
    part(merge(kept_id=kept_id, gone_id=gone_id))
    return PersonsMerged(kept_id=kept_id, gone_id=gone_id)


def parted_and_merged(*, kept_id: int, gone_id: int) -> PersonsParted:
    """As a worker that was down tells it after they are one again."""
    part(merge(kept_id=kept_id, gone_id=gone_id))
    merge(kept_id=kept_id, gone_id=gone_id)
    return PersonsParted(kept_id=kept_id, restored_id=gone_id)
