"""Membership equals affiliation: what should stand in the contact book is queued here; `pushing` does it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import uniform

from django.db import IntegrityError, transaction
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.registry import ChangedFact, FactCopy
from nanhu.kernel.retries import wake
from nanhu.kernel.ui import dates
from nanhu.platforms.messages import api as messages
from nanhu.services.mobile import queries, rules
from nanhu.services.mobile.adapters.wecom import tokens
from nanhu.services.mobile.adapters.wecom.line import line
from nanhu.services.mobile.errors import NothingToRetryError
from nanhu.services.mobile.models import Corp, Difference, Member, VendorCall
from nanhu.services.mobile.rules import Step, Wanted

CHANNEL = "mobile"
BY = Actor.system("mobile.membership")
SIZE = 2000
SPREAD = timedelta(seconds=20)
DAY = timedelta(days=1)
FEW, SHARE = 50, 2
"""Removals of a day that need nobody's eye: so many, or so many of a hundred members."""
NO_PHONE = _("学校记录里没有手机号")
TAKEN = _("账号 %(userid)s 已是另一个人的：请到人事处或学工处核对编号")
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
        one = one if one is None or member is None else on_kept_day(one, member)
        pushed = bytes(member.pushed) if member and member.pushed else None
        step = rules.step_for(wanted=one, state=member.state if member else "", pushed=pushed, today=today)
        found.append(Change(person_id, step, one, member))
    return found


def on_kept_day(wanted: Wanted, member: Member) -> Wanted:
    """The day of the removal is set once: an end that is told anew each day does not put it off."""
    if wanted.leaves_on is None or member.leaves_on is None:
        return wanted
    return replace(wanted, leaves_on=member.leaves_on)


def follow(ids: Collection[int], *, is_braked: bool = True) -> int:
    """Bring the queue up to what is true now; what stands already is left alone. How many were queued."""
    every, queued, held = sorted(set(ids)), 0, 0
    for start in range(0, len(every), SIZE):
        with transaction.atomic():
            changes = changes_for(every[start : start + SIZE], lock=True)
            let = braked(changes, held) if is_braked else changes
            held += len(changes) - len(let)
            begun = [change.person_id for change in let if attempted(change)]
            announce(begun)
            queued += len(begun)
    if queued:
        wake(CHANNEL)
    return queued


def braked(changes: list[Change], held: int) -> list[Change]:
    """More removals than a day brings wait for the keeper: a feed without units or people must not empty the book."""
    removals = {one.person_id for one in changes if is_removal(one)}
    if not removals:
        return changes
    there = Member.objects.filter(pushed__isnull=False).count()
    gone = VendorCall.objects.filter(api="user/delete", created_at__gt=now() - DAY).values("about").distinct().count()
    going = Member.objects.filter(task=Task.DELETE).count() + gone + held
    if going + len(removals) <= max(FEW, there * SHARE // 100):
        return changes
    return [one for one in changes if one.person_id not in removals]


def copies_of(fact: ChangedFact) -> Iterator[FactCopy]:
    """Name and unit stand in the contact book, too, as soon as they were written there."""
    if fact.field not in {"people.name", "people.unit"}:
        return
    for change in changes_for([fact.person_id]):
        member, wanted = change.member, change.wanted
        if wanted is None or member is None or member.state not in {State.INVITED, State.ACTIVE} or not member.pushed:
            continue
        calls = VendorCall.objects.filter(about=member.userid, api__in=["user/create", "user/update"], errcode=0)
        written = calls.order_by("-pk").values_list("created_at", flat=True).first()
        yield FactCopy(followed_at=(written or now()) if bytes(member.pushed) == wanted.digest else None)


def is_removal(change: Change) -> bool:
    member = change.member
    return change.step == "delete" and member is not None and bool(member.pushed) and member.task != Task.DELETE


def attempted(change: Change) -> bool:
    """One person whose account is somebody else's holds up nobody."""
    if change.step != "create" or change.wanted is None:
        return write(change)
    try:
        with transaction.atomic():
            return write(change)
    except IntegrityError:
        others = Member.objects.filter(userid=change.wanted.userid).exclude(person_id=change.person_id)
        if not others.exclude(state=State.REMOVED).exists():
            raise
        return block(change.person_id, change.wanted)


def block(person_id: int, wanted: Wanted) -> bool:
    member = Member.objects.filter(person_id=person_id).first() or Member(person_id=person_id)
    member.name, member.unit_id, member.departments = wanted.name, wanted.unit_id, list(wanted.departments)
    member.wanted, member.pushed, member.leaves_on = wanted.digest, None, None
    member.userid = f"{wanted.userid}?{person_id}"  # no account there can be called so
    member.state, member.task, member.due_at = State.FAILED, Task.NONE, None
    member.error = str(TAKEN % {"userid": wanted.userid})
    member.save()
    return False


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
    if change.step in {"schedule", "keep"} and wanted is not None:
        return stay(member, wanted)
    return False


def stay(member: Member, wanted: Wanted) -> bool:
    """A removal that still waits is taken back; where it may have gone out, what stands there is written once more."""
    is_back = member.task == Task.DELETE
    if not is_back and member.leaves_on == wanted.leaves_on:
        return False
    member.leaves_on = wanted.leaves_on
    if is_back and member.attempts:
        queue(member, Task.UPDATE)
        return True
    if is_back:
        member.task, member.due_at = Task.NONE, None
    member.save(update_fields=["leaves_on", "task", "due_at"])
    return False


def begin(member: Member, wanted: Wanted) -> bool:
    if member.pk is not None and member.state == State.REVIEW:
        return False
    is_new = member.pk is None or member.state == State.REMOVED
    if is_new:
        member.state, member.pushed, member.joined_at, member.pushed_from = State.WAITING, None, None, None
    elif bytes(member.wanted) == wanted.digest and (member.task == Task.CREATE or not wanted.has_contact):
        return False
    return describe(member, wanted, Task.CREATE)


def describe(member: Member, wanted: Wanted, task: Member.Task) -> bool:
    if member.pk is not None and bytes(member.wanted) == wanted.digest and member.task == task:
        return False
    member.name, member.unit_id, member.departments = wanted.name, wanted.unit_id, list(wanted.departments)
    member.wanted, member.leaves_on = wanted.digest, None
    if member.pk is None or member.state == State.REMOVED or task == Task.CREATE:
        member.userid = wanted.userid
    if task == Task.CREATE and not wanted.has_contact:
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
    member.due_at = max(first_try(), member.pushed_from or now()) if is_started() else None
    member.save()


def announce(ids: Collection[int]) -> None:
    """Staff are members by their record alone: a day before the first push each is told what goes out, and where to say no."""
    unasked = set(ids) - queries.consenting(ids)
    rows = Member.objects.filter(person_id__in=unasked, task=Task.CREATE, pushed_from=None, pushed=None)
    if is_started() and (told := list(rows.values_list("person_id", flat=True))):
        begins = now() + DAY
        messages.tell(told, "mobile.before_push", {"when": dates.lazy_time(begins)})
        rows.update(pushed_from=begins, due_at=begins)


def announce_no_more(person_id: int) -> None:
    """He has said yes."""
    rows = Member.objects.filter(person_id=person_id, pushed_from__gt=now(), due_at__isnull=False)
    rows.update(pushed_from=None, due_at=now())


def first_try() -> datetime:
    """Spread a little: 7,500 joins in September do not all come at one second."""
    return now() + SPREAD * uniform(0, 0.05)  # noqa: S311 - no secret


def is_started() -> bool:
    """With this very company: another one's book was compared by nobody."""
    found = line()
    return found is not None and Corp.objects.filter(corp_id=found.corp_id, started_at__isnull=False).exists()


def release() -> None:
    """What was queued while nothing was to be written there."""
    waiting = Member.objects.exclude(task="").filter(due_at=None)
    announce(waiting.values_list("person_id", flat=True))
    waiting.update(due_at=Greatest(now(), "pushed_from"))
    wake(CHANNEL)


def preview() -> list[tuple[str, str, str]]:
    """The dry run on our side: kind, userid and name of everything that would be done."""
    kinds = {"create": Difference.Kind.CREATE, "update": Difference.Kind.CHANGE, "delete": Difference.Kind.REMOVE}
    found = []
    for change in changes_for(queries.everybody()):
        if change.step in kinds:
            named = change.member if change.step == "delete" else change.wanted
            found.append((str(kinds[change.step]), named.userid if named else "", named.name if named else ""))
    return found


@transaction.atomic
def retry(*, by: Actor, member: Member) -> None:
    """The office mended what was wrong."""
    change = changes_for([member.person_id], lock=True)[0]
    found = change.member
    if found is None or found.state == State.REVIEW or change.step not in {"create", "update", "keep"}:
        raise NothingToRetryError
    if change.step == "create":
        found.task = Task.NONE
        attempted(change)
    else:
        found.state = State.WAITING if found.state == State.FAILED else found.state
        queue(found, Task.UPDATE)
    wake(CHANNEL)
    audit.record(by=by, action="mobile.retry_member", target=target_of(found))


@transaction.atomic
def resume(*, by: Actor) -> None:
    """The line had stopped; somebody mended the secret or the address."""
    tokens.go_on()
    Member.objects.exclude(task="").filter(due_at__isnull=False).update(due_at=Greatest(now(), "pushed_from"))
    audit.record(by=by, action="mobile.resume", target="mobile")
    wake(CHANNEL)


def target_of(member: Member) -> str:
    return f"person:{member.person_id}"
