"""Appointing to a post and ending it; lists of posts. What becomes of posts by themselves is in `following`."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.events import publish
from nanhu.kernel.jobs import open_progress
from nanhu.kernel.proposals import given
from nanhu.kernel.ui import dates
from nanhu.platforms.people.errors import (
    NoTieError,
    OfficeExistsError,
    PostHeldError,
    PostLengthenedError,
    UnitClosedError,
)
from nanhu.platforms.people.events import PostEnded, PostStarted
from nanhu.platforms.people.models import Office, OrgUnit, Person, Post, PostList, PostListRow
from nanhu.platforms.people.posts.checking import CheckedPost
from nanhu.platforms.people.posts.queries import tied

ONE_DAY: Final = timedelta(days=1)


@transaction.atomic
def add_office(*, by: Actor, key: str, name: str) -> Office:
    """A kind of post of the school's own. The database knows whether there is one."""
    with refused_as(OfficeExistsError):
        made = Office.objects.create(key=key, name=name)
    audit.record(by=by, action="people.add_office", target=f"office:{key}")
    return made


@transaction.atomic
def appoint(
    *, by: Actor, unit_id: int, office: str, person_id: int, starts_on: date, ends_on: date | None, document: str
) -> Post:
    """A person holds the office of a unit from a day to a day; of a merged record, the one that it belongs to now. Raises
    PostHeldError where they hold it already, NoTieError where they left."""
    kind = Office.objects.filter(key=office).first()
    if kind is None:
        raise NotFoundError(what=_("这种岗位"))
    holder_id = lock_holder(person_id)
    if not OrgUnit.objects.filter(pk=unit_id, is_active=True).exists():
        raise UnitClosedError
    made = Post(
        unit_id=unit_id,
        office=kind,
        person_id=holder_id,
        appointed_id=holder_id,
        starts_on=starts_on,
        ends_on=ends_on,
        document=given(document),
        appointed_by_name=by.name,
    )
    save_once(made)
    audit.record(by=by, action="people.appoint", target=f"post:{made.public_id}", facts=facts_of(made))
    publish_start(made)
    return made


def lock_holder(person_id: int) -> int:
    """Whom a record belongs to now, locked against a merge, with a tie that lives or is planned."""
    locked = Person.objects.select_for_update().get(pk=person_id)
    while locked.merged_into_id is not None:
        locked = Person.objects.select_for_update().get(pk=locked.merged_into_id)
    if locked.pk not in tied([locked.pk]):
        raise NoTieError
    return locked.pk


def save_once(post: Post) -> None:
    with refused_as(PostHeldError, by="people_post_once"):
        post.save()


def publish_start(post: Post) -> None:
    """Once, when its days have come; one that was over before anybody was told is told to nobody."""
    if post.start_published_at is None and post.starts_on <= campus_today() <= post.last:
        post.start_published_at = now()
        post.save(update_fields=["start_published_at"])
        publish(PostStarted(unit_id=post.unit_id, office=post.office.key, person_id=post.person_id))


def publish_end(post: Post) -> None:
    """Once, of a post whose start was told, when its last day is over."""
    is_over = post.withdrawn_at is not None or post.last < campus_today()
    if is_over and post.start_published_at is not None and post.end_published_at is None:
        post.end_published_at = now()
        post.save(update_fields=["end_published_at"])
        publish(PostEnded(unit_id=post.unit_id, office=post.office.key, person_id=post.person_id))


@transaction.atomic
def end_post(*, by: Actor, post: Post, reason: str, last_day: date | None = None) -> Post:
    """Its last day is yesterday, or the one that is named; one that has not begun by then is withdrawn. Raises
    PostLengthenedError for a day after its last: that is a new decision."""
    why = given(reason)
    last = last_day or campus_today() - ONE_DAY
    locked = Post.objects.select_for_update(of=("self",)).select_related("office", "unit").get(pk=post.pk)
    if locked.withdrawn_at is not None or locked.last < campus_today():
        raise WrongStateError(what=_("这个岗位"), state=_("已结束"))
    if last > locked.last:
        raise PostLengthenedError(day=dates.day(locked.last, campus_today().year))
    for one in (locked, *locked.parts.select_for_update().order_by("pk")):
        shorten(one, by, why, last)
    audit.record(by=by, action="people.end_post", target=f"post:{locked.public_id}", reason=why, facts=facts_of(locked))
    publish_end(locked)
    return locked


def shorten(post: Post, by: Actor, why: str, last: date) -> None:
    """A part of a joined post that would begin later is withdrawn for good: no parting brings it back."""
    if post.joined_into_id is not None and post.last <= last:
        return
    post.ended_by_name, post.why_ended = by.name, why
    if last < post.starts_on:
        post.withdrawn_at, post.joined_into = post.withdrawn_at or now(), None
    else:
        post.ends_on = last
    post.save(update_fields=["ended_by_name", "why_ended", "withdrawn_at", "joined_into", "ends_on"])


def facts_of(post: Post) -> dict[str, object]:
    return {
        "person_ids": [post.person_id],
        "unit": post.unit.name,
        "office": post.office.name,
        "starts_on": post.starts_on.isoformat(),
        "ends_on": post.ends_on.isoformat() if post.ends_on else "",
    }


@transaction.atomic
def make_list(
    *, by: Actor, token: UUID, title: str, document: str, rows: Sequence[CheckedPost], file_name: str = ""
) -> PostList:
    """Keep a checked list of posts; the same form again gives the list that it made."""
    if (known := PostList.known(by, token)) is not None:
        return known
    made = PostList.begun(
        by,
        token,
        title=title,
        document=given(document),
        file_name=file_name,
        row_count=len(rows),
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
    rows = list(found.rows.filter(post=None).select_related("office").order_by("line"))
    appoint_rows(by, found, rows)
    found.posted_at = now()
    found.enter(by, PostList.State.POSTED, "take_{}")
    if found.progress_id is not None:
        made = sum(row.post is not None for row in rows)
        done = {"made": made, "left": len(rows) - made}
        open_progress(found.progress_id).finish(_("任命 %(made)s 个，%(left)s 个没有写入") % done)


def appoint_rows(by: Actor, found: PostList, rows: Iterable[PostListRow]) -> None:
    """What became impossible since the check is told at its line."""
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
        except (PostHeldError, NoTieError, UnitClosedError) as error:
            row.why = error.message
        row.save(update_fields=["post", "why"])
