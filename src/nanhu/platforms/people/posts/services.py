"""Appointing to a post and ending it; what becomes of posts when records are merged and people leave."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.events import publish
from nanhu.kernel.proposals import given
from nanhu.platforms.people.errors import OfficeExistsError, PostHeldError
from nanhu.platforms.people.events import PostEnded, PostStarted
from nanhu.platforms.people.models import Affiliation, Office, Post, PostList, PostListRow
from nanhu.platforms.people.posts.checking import CheckedPost

ONE_DAY: Final = timedelta(days=1)
BY: Final = Actor.system("people.posts")
TIES: Final = ("student", "staff", "temporary")
"""Who has none of these alive has left; a guest holds no post."""


@transaction.atomic
def add_office(*, by: Actor, key: str, name: str) -> Office:
    """A kind of post of the school's own."""
    if Office.objects.filter(Q(key=key) | Q(name=name)).exists():
        raise OfficeExistsError
    made = Office.objects.create(key=key, name=name)
    audit.record(by=by, action="people.add_office", target=f"office:{key}")
    return made


@transaction.atomic
def appoint(
    *, by: Actor, unit_id: int, office: str, person_id: int, starts_on: date, ends_on: date | None, document: str
) -> Post:
    """A person holds the office of a unit from a day to a day. Raises PostHeldError where they hold it already."""
    kind = Office.objects.filter(key=office).first()
    if kind is None:
        raise NotFoundError(what=_("这种岗位"))
    made = Post(
        unit_id=unit_id,
        office=kind,
        person_id=person_id,
        appointed_id=person_id,
        starts_on=starts_on,
        ends_on=ends_on,
        document=given(document),
        appointed_by_name=by.name,
    )
    save_once(made)
    audit.record(by=by, action="people.appoint", target=f"post:{made.public_id}", facts=facts_of(made))
    publish(PostStarted(unit_id=unit_id, office=office, person_id=person_id))
    return made


def save_once(post: Post) -> None:
    try:
        with transaction.atomic():
            post.save()
    except IntegrityError as error:
        if "people_post_once" in str(error):
            raise PostHeldError from error
        raise


@transaction.atomic
def end_post(*, by: Actor, post: Post, reason: str, last_day: date | None = None) -> Post:
    """Its last day is yesterday, or the one that is named; one that has not begun by then is withdrawn."""
    why = given(reason)
    last = last_day or campus_today() - ONE_DAY
    locked = Post.objects.select_for_update(of=("self",)).select_related("office", "unit").get(pk=post.pk)
    if locked.withdrawn_at is not None or (locked.ends_on is not None and locked.ends_on < campus_today()):
        raise WrongStateError(what=_("这个岗位"), state=_("已结束"))
    locked.ended_by_name, locked.why_ended = by.name, why
    if last < locked.starts_on:
        locked.withdrawn_at = now()
    else:
        locked.ends_on = last
    locked.save(update_fields=["ended_by_name", "why_ended", "withdrawn_at", "ends_on"])
    audit.record(by=by, action="people.end_post", target=f"post:{locked.public_id}", reason=why, facts=facts_of(locked))
    publish(PostEnded(unit_id=locked.unit_id, office=locked.office.key, person_id=locked.person_id))
    return locked


def facts_of(post: Post) -> dict[str, object]:
    return {
        "person_ids": [post.person_id],
        "unit": post.unit.name,
        "office": post.office.name,
        "starts_on": post.starts_on.isoformat(),
        "ends_on": post.ends_on.isoformat() if post.ends_on else "",
    }


@transaction.atomic
def end_posts_of_leavers(*, person_ids: Collection[int]) -> int:
    """Posts of those among them who have no tie to the school left. Again: none."""
    here = Affiliation.objects.filter(person_id__in=person_ids, state__in=["active", "suspended"], kind__in=TIES)
    gone = set(person_ids) - set(here.values_list("person_id", flat=True))
    today = campus_today()
    living = Q(ends_on=None) | Q(ends_on__gte=today)
    posts = list(Post.objects.filter(living, person_id__in=gone, withdrawn_at=None).order_by("pk"))
    for post in posts:
        end_post(by=BY, post=post, reason=_("已离校"))
    return len(posts)


@transaction.atomic
def merge_posts(*, kept_id: int, gone_id: int) -> None:
    """Posts of a merged record are the kept one's; where both held the same, they become one from the first day to the last."""
    moved = Post.objects.select_for_update().filter(person_id=gone_id).order_by("pk")
    for post in moved:
        if post.withdrawn_at is None:
            widen_over(post, kept_id)
        post.person_id = kept_id
        post.save(update_fields=["person", "starts_on", "ends_on", "withdrawn_at"])


def widen_over(post: Post, kept_id: int) -> None:
    """The post takes over the days of those of the kept record that it meets; they are withdrawn."""
    theirs = Post.objects.select_for_update().filter(
        Q(ends_on=None) | Q(ends_on__gte=post.starts_on),
        person_id=kept_id,
        unit_id=post.unit_id,
        office_id=post.office_id,
        withdrawn_at=None,
    )
    for other in theirs.order_by("starts_on"):
        if post.ends_on is not None and other.starts_on > post.ends_on:
            break
        other.withdrawn_at = now()
        other.save(update_fields=["withdrawn_at"])
        post.starts_on = min(post.starts_on, other.starts_on)
        post.ends_on = max(post.ends_on, other.ends_on) if post.ends_on and other.ends_on else None


@transaction.atomic
def part_posts(*, restored_id: int) -> None:
    """A merge was undone: the posts to which the restored record was appointed are its own again."""
    Post.objects.filter(appointed_id=restored_id).exclude(person_id=restored_id).update(person_id=restored_id)


@transaction.atomic
def make_list(
    *, by: Actor, token: UUID, title: str, document: str, rows: Sequence[CheckedPost], file_name: str = ""
) -> PostList:
    """Keep a checked list of posts; the same form again gives the list that it made."""
    if (known := PostList.known(by, token)) is not None:
        return known
    made = PostList.objects.create(
        token=token,
        title=title,
        document=given(document),
        file_name=file_name,
        row_count=len(rows),
        author_id=account_of(by),
        author_name=by.name,
    )
    PostListRow.objects.bulk_create(
        [
            PostListRow(
                post_list=made,
                line=one.line,
                unit_id=one.unit_id,
                office_id=one.office_id,
                person_id=one.person_id,
                starts_on=one.starts_on,
                ends_on=one.ends_on,
            )
            for one in rows
        ],
        batch_size=1000,
    )
    made.note(by, "make_{}")
    return made


@transaction.atomic
def take_post_list(*, batch_id: int) -> None:
    """Appoint whom an approved list names. A second run finds nothing to do."""
    found = PostList.objects.select_for_update().get(pk=batch_id)
    if found.state != PostList.State.POSTING:
        return
    by = Actor(account_id=found.approver_id, name=found.approver_name)
    appoint_rows(by, found, found.rows.filter(post=None).select_related("office").order_by("line"))
    found.posted_at = now()
    found.enter(by, PostList.State.POSTED, "take_{}")


def appoint_rows(by: Actor, found: PostList, rows: Iterable[PostListRow]) -> None:
    for row in rows:
        try:
            row.post = appoint(
                by=by,
                unit_id=row.unit_id,
                office=row.office.key,
                person_id=row.person_id,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                document=found.document,
            )
        except PostHeldError as error:
            row.why = error.message
        row.save(update_fields=["post", "why"])
