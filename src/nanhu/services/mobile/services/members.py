"""Membership equals affiliation: what should stand in the contact book is queued here; `pushing` does it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.retries import wake
from nanhu.services.mobile import queries, rules
from nanhu.services.mobile.adapters.wecom import tokens
from nanhu.services.mobile.models import Corp, Difference, Member
from nanhu.services.mobile.rules import Step, Wanted

CHANNEL = "mobile"
BY = Actor.system("mobile.membership")
SIZE = 2000
SPREAD = timedelta(seconds=20)
NO_PHONE = _("学校记录里没有手机号")
State, Task = Member.State, Member.Task


@dataclass(frozen=True, slots=True)
class Change:
    person_id: int
    step: Step
    wanted: Wanted | None
    member: Member | None


def changes_for(ids: Collection[int], *, lock: bool = False) -> list[Change]:
    today = campus_today()
    wanted = queries.wanted_for(ids, today=today)
    rows = Member.objects.filter(person_id__in=list(ids)).order_by("id")
    members = {one.person_id: one for one in (rows.select_for_update() if lock else rows)}
    found = []
    for person_id in sorted(set(ids)):
        one, member = wanted.get(person_id), members.get(person_id)
        pushed = bytes(member.pushed) if member and member.pushed else None
        step = rules.step_for(wanted=one, state=member.state if member else "", pushed=pushed, today=today)
        found.append(Change(person_id, step, one, member))
    return found


def follow(ids: Collection[int]) -> int:
    """Bring the queue up to what is true now; what stands already is left alone. How many were queued."""
    every, queued = sorted(set(ids)), 0
    for start in range(0, len(every), SIZE):
        with transaction.atomic():
            queued += sum(write(change) for change in changes_for(every[start : start + SIZE], lock=True))
    if queued:
        wake(CHANNEL)
    return queued


def write(change: Change) -> bool:
    """Whether something is to be done there now."""
    member, wanted = change.member, change.wanted
    if change.step == "create" and wanted is not None:
        return begin(member or Member(person_id=change.person_id), wanted)
    if member is None:
        return False
    if change.step == "update" and wanted is not None:
        return describe(member, wanted, Task.UPDATE)
    if change.step == "delete":
        return part_from(member)
    if change.step in {"schedule", "keep"} and wanted is not None and member.leaves_on != wanted.leaves_on:
        member.leaves_on = wanted.leaves_on
        member.save(update_fields=["leaves_on"])
    return False


def begin(member: Member, wanted: Wanted) -> bool:
    if member.pk is not None and member.state == State.REVIEW:
        return False
    is_new = member.pk is None or member.state == State.REMOVED
    if is_new:
        member.state, member.pushed, member.joined_at = State.WAITING, None, None
    elif bytes(member.wanted) == wanted.digest and (member.task == Task.CREATE or not wanted.phone_index):
        return False
    return describe(member, wanted, Task.CREATE)


def describe(member: Member, wanted: Wanted, task: Member.Task) -> bool:
    if member.pk is not None and bytes(member.wanted) == wanted.digest and member.task == task:
        return False
    member.name, member.unit_id, member.departments = wanted.name, wanted.unit_id, list(wanted.departments)
    member.wanted, member.leaves_on = wanted.digest, None
    if member.pk is None or member.state == State.REMOVED or task == Task.CREATE:
        member.userid = wanted.userid
    if task == Task.CREATE and not wanted.phone_index:
        member.state, member.task, member.due_at, member.error = State.FAILED, Task.NONE, None, str(NO_PHONE)
        member.save()
        return False
    if member.state == State.FAILED:
        member.state = State.WAITING
    queue(member, task)
    return True


def part_from(member: Member) -> bool:
    if member.task == Task.DELETE:
        return False
    if member.pushed is None:
        member.state, member.task, member.due_at, member.error = State.REMOVED, Task.NONE, None, ""
        member.save()
        return False
    queue(member, Task.DELETE)
    return True


def queue(member: Member, task: Member.Task) -> None:
    member.task, member.attempts, member.error = task, 0, ""
    member.due_at = first_try() if is_started() else None
    member.save()


def first_try() -> datetime:
    """Spread a little: 7,500 joins in September do not all come at one second."""
    return now() + SPREAD * uniform(0, 0.05)  # noqa: S311 - no secret


def is_started() -> bool:
    return Corp.objects.filter(started_at__isnull=False).exists()


def release() -> None:
    """What was queued while nothing was to be written there."""
    Member.objects.exclude(task="").filter(due_at=None).update(due_at=now())
    wake(CHANNEL)


def preview() -> list[tuple[str, str, str]]:
    """The dry run on our side: kind, userid and name of everything that would be done."""
    kinds = {"create": Difference.Kind.CREATE, "update": Difference.Kind.CHANGE, "delete": Difference.Kind.REMOVE}
    found = []
    for change in changes_for(queries.everybody()):
        if change.step in kinds:
            named = change.wanted or change.member
            found.append((str(kinds[change.step]), named.userid if named else "", named.name if named else ""))
    return found


@transaction.atomic
def retry(*, by: Actor, member: Member) -> None:
    """The office mended what was wrong."""
    found = Member.objects.select_for_update().get(pk=member.pk)
    if found.task == Task.NONE:
        found.task = Task.CREATE if found.pushed is None else Task.UPDATE
    if found.state == State.FAILED:
        found.state = State.WAITING
    queue(found, Member.Task(found.task))
    wake(CHANNEL)
    audit.record(by=by, action="mobile.retry_member", target=target_of(found))


@transaction.atomic
def resume(*, by: Actor) -> None:
    """The line had stopped; somebody mended the secret or the address."""
    tokens.go_on()
    Member.objects.exclude(task="").filter(due_at__isnull=False).update(due_at=now())
    audit.record(by=by, action="mobile.resume", target="mobile")
    wake(CHANNEL)


def target_of(member: Member) -> str:
    return f"person:{member.person_id}"
