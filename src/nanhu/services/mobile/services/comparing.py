"""The contact book there beside ours: before the first sync as a dry run, then each night, and shown as a list that should be empty."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.outgoing_words import in_words
from nanhu.kernel.retries import wake
from nanhu.services.mobile import queries
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.port import VendorError
from nanhu.services.mobile.adapters.wecom.line import line
from nanhu.services.mobile.errors import NotAnsweredError, NotComparedError, NotConfiguredError, OldComparisonError
from nanhu.services.mobile.models import Comparison, Corp, Difference, Member
from nanhu.services.mobile.queries import REACHED
from nanhu.services.mobile.rules import words_of
from nanhu.services.mobile.services import departments, members

KEPT = 30
FRESH, A_DAY = timedelta(hours=1), timedelta(days=1)
Kind, State = Difference.Kind, Member.State
GONE = (State.REMOVED, State.LEFT)


def compare(*, by: Actor) -> Comparison:
    """Nothing is written there. What is there and unknown here is shown and never touched."""
    there = book_there()
    every = sorted(Member.objects.all(), key=lambda one: one.state != State.REMOVED)
    ours = {one.userid: one for one in every}  # a number given again is of who has it now
    lines = {userid: Difference(kind=kind, userid=userid, name=name) for kind, userid, name in members.preview()}
    for userid, member in ours.items():
        line_of(lines, member, there.get(userid))
    for userid in there:
        adopt_or_unknown(lines, userid, is_ours=userid in ours)
    return written(by, list(lines.values()), same=len(there) - sum(one.kind != Kind.CREATE for one in lines.values()))


def book_there() -> Mapping[str, frozenset[int]]:
    try:
        return choice.vendor().member_ids()
    except VendorError as error:
        raise NotAnsweredError(words=words_of(error.code, error.words)) from error
    except OSError as error:
        raise NotAnsweredError(words=in_words(f"{type(error).__name__}: {error}")) from error


def line_of(lines: dict[str, Difference], member: Member, there: frozenset[int] | None) -> None:
    """What we believe stands there, and does not."""
    if member.userid in lines or member.task:
        return
    is_expected = member.pushed is not None and member.state not in GONE
    if is_expected and there is None:
        lines[member.userid] = Difference(kind=Kind.CREATE, userid=member.userid, name=member.name, words="missing")
    elif is_expected and there is not None and there != frozenset(member.departments):
        lines[member.userid] = Difference(kind=Kind.CHANGE, userid=member.userid, name=member.name, words="departments")
    elif there is not None and member.state == State.REMOVED:
        lines[member.userid] = Difference(kind=Kind.REMOVE, userid=member.userid, name=member.name, words="back")


def adopt_or_unknown(lines: dict[str, Difference], userid: str, *, is_ours: bool) -> None:
    """There before us: one whom we are about to make will be taken over after a comparison; the rest is not ours."""
    known = lines.get(userid)
    if known is not None and known.kind == Kind.CREATE:
        known.kind, known.words = Kind.CHANGE, "adopt"
    elif known is None and not is_ours:
        lines[userid] = Difference(kind=Kind.UNKNOWN, userid=userid)


@transaction.atomic
def written(by: Actor, lines: list[Difference], *, same: int) -> Comparison:
    counts = {kind: sum(one.kind == kind for one in lines) for kind in Kind}
    made = Comparison.objects.create(
        made_by_name=by.name,
        creates=counts[Kind.CREATE],
        changes=counts[Kind.CHANGE],
        removes=counts[Kind.REMOVE],
        unknown=counts[Kind.UNKNOWN],
        same=max(same, 0),
    )
    for one in lines:
        one.comparison = made
    Difference.objects.bulk_create(lines, batch_size=2000)
    old = Comparison.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
    Comparison.objects.filter(pk__in=list(old)).delete()
    return made


def last() -> Comparison | None:
    return Comparison.objects.order_by("-pk").first()


@transaction.atomic
def start(*, by: Actor) -> int:
    """From now on the book is kept by us. Somebody must have seen what that does."""
    found = line()
    if found is None:
        raise NotConfiguredError
    made = last()
    if made is None or now() - made.made_at > A_DAY:
        raise NotComparedError
    Corp.objects.update_or_create(corp_id=found.corp_id, defaults={"started_at": now(), "started_by_name": by.name})
    queued = members.follow(queries.everybody())
    departments.draw()
    members.release()
    audit.record(by=by, action="mobile.start_sync", target="mobile", facts={"queued": queued})
    wake(members.CHANNEL)
    return queued


@transaction.atomic
def stop(*, by: Actor) -> None:
    Corp.objects.update(started_at=None)
    Member.objects.exclude(task="").update(due_at=None)
    audit.record(by=by, action="mobile.stop_sync", target="mobile")


@transaction.atomic
def mend(*, by: Actor) -> int:
    """Push again what the last comparison found otherwise there, as far as it is still so here; and what the brake held."""
    made = last()
    if made is None or not members.is_started():
        raise NotComparedError
    if now() - made.made_at > FRESH:
        raise OldComparisonError
    found = {one.userid: one for one in made.lines.exclude(kind=Kind.UNKNOWN)}
    ids = Member.objects.filter(userid__in=list(found)).values_list("person_id", flat=True)
    done = 0
    for change in members.changes_for(list(ids), lock=True):
        if change.member is not None:
            done += mended(found[change.member.userid], change, change.member)
    audit.record(by=by, action="mobile.mend", target="mobile", facts={"queued": done})
    wake(members.CHANNEL)
    return done


def mended(line: Difference, change: members.Change, member: Member) -> bool:
    stays = member.state in REACHED and change.step in {"keep", "update"}
    if member.task or (line.words in {"missing", "departments"} and not stays):
        return False
    if line.words == "missing":
        member.state, member.pushed = State.WAITING, None
        members.queue(member, Member.Task.CREATE)
    elif line.words == "departments":
        members.queue(member, Member.Task.UPDATE)
    elif line.words == "back" and is_back(change, member):
        members.queue(member, Member.Task.DELETE)
    elif line.kind == Kind.REMOVE and change.step == "delete":
        members.part_from(member)
    else:
        return False
    return True


def is_back(change: members.Change, member: Member) -> bool:
    """Removed, still not wanted, and the account is nobody else's meanwhile."""
    others = Member.objects.filter(userid=member.userid).exclude(pk=member.pk).exclude(state=State.REMOVED)
    return member.state == State.REMOVED and change.step == "nothing" and not others.exists()


@transaction.atomic
def take_over(*, by: Actor, member: Member, is_ours: bool) -> None:
    """A userid that stood there already under another name or phone: a person looked, and it is the same person, or it is not."""
    row = Member.objects.select_for_update().get(pk=member.pk)
    if row.state != State.REVIEW:
        raise WrongStateError(what=row.what, state=row.get_state_display())
    if is_ours:
        row.state, row.pushed = State.INVITED, b"\0" * 32
        members.queue(row, Member.Task.UPDATE)
    else:
        row.state, row.error = State.FAILED, "60102"
        row.save(update_fields=["state", "error"])
    audit.record(by=by, action="mobile.review_member", target=members.target_of(row), facts={"is_ours": is_ours})
    wake(members.CHANNEL)
