"""What becomes of posts by themselves: their days come and pass, their holders leave, records are merged and part again."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.people.matching import heirs
from nanhu.platforms.people.models import Person, Post
from nanhu.platforms.people.posts.queries import LIVING_TIES, PLANNED_OR_LIVING, not_over, tied
from nanhu.platforms.people.posts.services import end_post, publish_end, publish_start

BY: Final = Actor.system("people.posts")


@transaction.atomic
def follow_calendar() -> None:
    """Tells of posts whose first day has come or whose last is over; ends those of who left. Again on the same day: nothing."""
    today = campus_today()
    standing = Post.objects.select_for_update(of=("self",)).select_related("office").filter(withdrawn_at=None)
    begun = standing.filter(not_over(today), starts_on__lte=today, start_published_at=None)
    over = standing.filter(ends_on__lt=today, start_published_at__isnull=False, end_published_at=None)
    for post in begun.order_by("pk"):
        publish_start(post)
    for post in over.order_by("pk"):
        publish_end(post)
    holders = Post.objects.filter(not_over(today), withdrawn_at=None).values_list("person_id", flat=True)
    end_posts_of_leavers(person_ids=set(holders))


@transaction.atomic
def end_posts_of_leavers(*, person_ids: Collection[int]) -> int:
    """Posts of those among them who have no tie to the school left; who has a planned one keeps what begins from today on.
    Again: none."""
    today = campus_today()
    heir_of = heirs(person_ids)
    ids = set(person_ids) | set(heir_of.values())
    here, coming = tied(ids, states=LIVING_TIES), tied(ids, states=PLANNED_OR_LIVING)
    gone = {one for one in ids if heir_of.get(one, one) not in here}
    returning = {one for one in gone if heir_of.get(one, one) in coming}
    ends = Q(person_id__in=gone - returning) | Q(person_id__in=returning, starts_on__lt=today)
    posts = list(Post.objects.filter(ends, not_over(today), withdrawn_at=None).order_by("pk"))
    for post in posts:
        end_post(by=BY, post=post, reason=gettext_noop("已离校"))
    return len(posts)


@transaction.atomic
def follow_merges(*, person_ids: Collection[int]) -> None:
    """Each post is of the record that its holder's belongs to now, along every chain; where two records of one person held the
    same on a day, one joined post stands for both, and when they part each has its own again. Again: nothing."""
    root_of = family(person_ids)
    strangers = Post.objects.filter(person_id__in=root_of).exclude(appointed_id__in=root_of)
    root_of |= family(strangers.values_list("appointed_id", flat=True))
    found = Post.objects.select_for_update(of=("self",)).select_related("office", "unit")
    rows = list(found.filter(Q(appointed_id__in=root_of) | Q(person_id__in=root_of)).order_by("pk"))
    joined = {row.joined_into_id for row in rows} - {None}
    decided = [row for row in rows if row.pk not in joined and (row.withdrawn_at is None or row.joined_into_id)]
    groups = list(overlapping(decided, root_of))
    kept = {standing.pk for group in groups if (standing := stands_for(group, root_of)) is not None}
    for row in rows:
        if row.pk in joined - kept and row.withdrawn_at is None:
            dissolve(row)
    for row in rows:
        if row.withdrawn_at is not None and row.pk not in joined and row.joined_into_id is None:
            move(row, root_of)
    for group in groups:
        settle(group, root_of)


def family(person_ids: Collection[int]) -> dict[int, int]:
    """All records that belong to the same persons as these, with the one each belongs to now."""
    merged = heirs(Person.objects.exclude(merged_into=None).values_list("pk", flat=True))
    roots = {merged.get(one, one) for one in person_ids}
    return {one: one for one in roots} | {one: root for one, root in merged.items() if root in roots}


def overlapping(posts: Iterable[Post], root_of: dict[int, int]) -> Iterator[list[Post]]:
    """Posts of one person in one office of one unit, parted where a day lies between them that none holds."""
    held = sorted(posts, key=lambda one: (*key_of(one, root_of), one.starts_on, one.pk))
    for _key, same in groupby(held, key=lambda one: key_of(one, root_of)):
        group: list[Post] = []
        for post in same:
            if group and post.starts_on > max(one.last for one in group):
                yield group
                group = []
            group.append(post)
        yield group


def key_of(post: Post, root_of: dict[int, int]) -> tuple[int, int, int]:
    return post.unit_id, post.office_id, root_of[post.appointed_id]


def stands_for(group: Sequence[Post], root_of: dict[int, int]) -> Post | None:
    """The joined post of exactly these and of this person, where it is there already."""
    joined = group[0].joined_into
    if joined is None or len(group) == 1 or any(one.joined_into_id != joined.pk for one in group):
        return None
    is_theirs = joined.parts.count() == len(group) and joined.person_id == root_of[group[0].appointed_id]
    return joined if is_theirs else None


def dissolve(joined: Post) -> None:
    """It stood for others; each of them stands for itself again, or in another."""
    joined.withdrawn_at = now()
    joined.save(update_fields=["withdrawn_at"])


def move(post: Post, root_of: dict[int, int]) -> None:
    if post.person_id != root_of[post.appointed_id]:
        post.person_id = root_of[post.appointed_id]
        post.save(update_fields=["person_id"])


def settle(group: Sequence[Post], root_of: dict[int, int]) -> None:
    if stands_for(group, root_of) is not None:
        return
    person_id = root_of[group[0].appointed_id]
    joined = join(group, person_id) if len(group) > 1 else None
    for post in group:
        post.person_id, post.joined_into = person_id, joined
        post.withdrawn_at = now() if joined else None
        post.save(update_fields=["person_id", "joined_into", "withdrawn_at"])
    if joined is not None:
        joined.withdrawn_at = None
        joined.save(update_fields=["withdrawn_at"])


def join(group: Sequence[Post], person_id: int) -> Post:
    """From the first day of all to the last, by all their decisions; withdrawn until they have made way."""
    last = max(group, key=lambda one: one.last)
    begun = [one.start_published_at for one in group if one.start_published_at]
    return Post.objects.create(
        unit=last.unit,
        office=last.office,
        person_id=person_id,
        appointed_id=person_id,
        starts_on=group[0].starts_on,
        ends_on=last.ends_on,
        document="；".join(dict.fromkeys(one.document for one in group)),
        appointed_by_name="、".join(dict.fromkeys(one.appointed_by_name for one in group)),
        ended_by_name=last.ended_by_name,
        why_ended=last.why_ended,
        start_published_at=min(begun, default=None),
        end_published_at=last.end_published_at,
        withdrawn_at=now(),
    )
