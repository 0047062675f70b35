"""What is queued for the contact book, done there: one member a step, tried again with back-off, with what was answered beside it."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.kernel.pauses import doubling
from nanhu.kernel.retries import Again, Answer, Never, Retries, drive
from nanhu.kernel.retries.answers import Outside
from nanhu.kernel.school import school
from nanhu.platforms.people import api as people
from nanhu.services.mobile import queries
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.port import (
    BookMember,
    LaterError,
    MemberFacts,
    RestingError,
    Status,
    StoppedError,
    VendorError,
)
from nanhu.services.mobile.adapters.wecom.client import EXISTS, MOBILE_EXISTS, NO_DEPARTMENT, UNKNOWN_USER
from nanhu.services.mobile.errors import NotConfiguredError
from nanhu.services.mobile.events import MemberJoined, MemberLeft
from nanhu.services.mobile.models import Binding, Member
from nanhu.services.mobile.queries import REACHED
from nanhu.services.mobile.rules import words_of
from nanhu.services.mobile.services import bindings, departments

BY = Actor.system("mobile.push")
PURPOSE = "开通企业微信"
STOPPED = timedelta(minutes=10)
State, Task = Member.State, Member.Task
JOINED = {Status.ACTIVE: State.ACTIVE, Status.INVITED: State.INVITED, Status.LEFT: State.LEFT}


def step(member: Member) -> Answer | Outside:
    """The phone is opened here, for this one call and of who agreed, and is written down nowhere."""
    gives_phone = member.task != Task.DELETE and queries.has_consent(member.person_id)
    if gives_phone and not people.is_phone_settled(member.person_id):  # whoever has it would join in his place
        return not_called(member, _("学校登记的手机号刚改过，满 24 小时再交给企业微信"))
    facts = MemberFacts(
        userid=member.userid,
        name=member.name,
        mobile=people.phone_of(member.person_id, by=BY, purpose=PURPOSE) if gives_phone else "",
        departments=tuple(member.departments) or (1,),
        email=f"{member.userid}@{school().domain}",
    )
    return partial(push, member, facts)


def push(member: Member, facts: MemberFacts) -> Answer:
    """Called without a transaction, on a thread; writes its own end, for events and bindings go with it."""
    try:
        return done(member, facts)
    except StoppedError as error:
        return not_called(member, words_of(error.code, error.words))
    except RestingError as error:
        return not_called(member, error.words, error.until - now())
    except LaterError as error:
        return Again(words_of(error.code, error.words))
    except NotConfiguredError as error:
        return not_called(member, str(error))
    except VendorError as error:
        kept = {} if member.task == Task.CREATE else {"state": member.state}
        return Never(words_of(error.code, error.words), kept)


def not_called(member: Member, error: str, after: timedelta = STOPPED) -> Again:
    """While nobody is called no try is used up: a line that stood still for a night loses nobody."""
    return Again(error, after=after, columns={"attempts": max(member.attempts - 1, 0)})


def done(member: Member, facts: MemberFacts) -> Answer:
    vendor = choice.vendor()
    if member.task == Task.DELETE:
        vendor.delete_member(facts.userid)
        removed(member)
        return None
    try:
        if member.task == Task.CREATE:
            vendor.create_member(facts)
        else:
            vendor.update_member(facts)
    except VendorError as error:
        if error.code == EXISTS:
            return adopted(member, facts, vendor.member(facts.userid))
        if error.code == MOBILE_EXISTS and member.joined_at is None and (other := vendor.userid_of(facts.mobile)):
            return taken_over(member, facts, vendor.member(other), error)
        if error.code == NO_DEPARTMENT:
            departments.put_all()
        if error.code == UNKNOWN_USER and member.task == Task.UPDATE:
            goes_on(member, task=Task.CREATE, state=State.WAITING, pushed=None, due_at=now())
            return None
        raise
    settled(member, is_new=member.task == Task.CREATE)
    return None


@transaction.atomic
def settled(member: Member, *, is_new: bool) -> None:
    """What was wanted when the step began stands there now; was more wanted meanwhile, it is done next."""
    row = Member.objects.select_for_update().get(pk=member.pk)
    row.pushed, row.attempts, row.error = member.wanted, 0, ""
    if row.state in {State.WAITING, State.FAILED}:
        row.state = State.ACTIVE if row.joined_at and not is_new else State.INVITED
    if row.state == State.REMOVED:  # he was parted from during the call that made the account
        row.task, row.due_at = Task.DELETE, now()
    elif row.task == Task.DELETE or bytes(row.wanted) != bytes(member.wanted):
        row.task, row.due_at = (Task.DELETE if row.task == Task.DELETE else Task.UPDATE), now()
    else:
        row.task, row.due_at = Task.NONE, None
    row.save()
    if row.state in REACHED and row.task != Task.DELETE:
        bindings.bind_proved(row)


def adopted(member: Member, facts: MemberFacts, found: BookMember | None) -> Answer:
    """The userid stands there already: ours when its name says so and the phone on record, or the address that we make accounts by, as one
    that was made when the power went; else a person looks (60102)."""
    if found is None:
        return Again()
    if found.name == facts.name and is_account_of(member, facts, found):
        goes_on_as(member, found)
    else:
        goes_on(member, state=State.REVIEW, task=Task.NONE, due_at=None)
    return None


@transaction.atomic
def goes_on_as(member: Member, found: BookMember) -> None:
    """That account is his, also where he is to go by now: then it goes."""
    Member.objects.filter(pk=member.pk).update(userid=found.userid)
    state = JOINED.get(Status(found.status), State.INVITED) if found.status in set(Status) else State.INVITED
    at = now() if state == State.ACTIVE else None
    is_his = goes_on(member, task=Task.UPDATE, state=state, joined_at=at, due_at=now())
    if is_his and state == State.ACTIVE:
        publish(MemberJoined(person_id=member.person_id))
        audit.record(by=BY, action="mobile.adopt_member", target=f"person:{member.person_id}")


def is_account_of(member: Member, facts: MemberFacts, found: BookMember) -> bool:
    has_phone = bool(found.mobile) and member.person_id in people.persons_with_phone(found.mobile)
    has_phone &= people.is_phone_settled(member.person_id)
    return has_phone or found.email == facts.email.lower()


@transaction.atomic
def goes_on(member: Member, **facts: object) -> bool:
    """What the call found out; not where something else was decided meanwhile: who is to go, goes."""
    row = Member.objects.select_for_update().get(pk=member.pk)
    if row.task != member.task or row.due_at is None:
        return False
    Member.objects.filter(pk=row.pk).update(attempts=0, error="", **facts)
    return True


def taken_over(member: Member, facts: MemberFacts, found: BookMember | None, refusal: VendorError) -> Answer:
    """His phone stands there under a userid of its own, from before us: with the same name it is his, and stays as it is called. What we
    had made for him by his mail goes only once that one has taken what we write; cut off anywhere, the next try does the rest."""
    if found is None or found.name != facts.name or Member.objects.filter(userid=found.userid).exists():
        raise refusal
    vendor = choice.vendor()
    vendor.update_member(replace(facts, userid=found.userid))
    if member.task == Task.UPDATE:
        vendor.delete_member(member.userid)
    goes_on_as(member, found)
    return None


@transaction.atomic
def removed(member: Member) -> None:
    row = Member.objects.select_for_update().get(pk=member.pk)
    row.pushed, row.attempts, row.error, row.leaves_on = None, 0, "", None
    if row.task == Task.DELETE:
        row.state, row.task, row.due_at = State.REMOVED, Task.NONE, None
    elif row.state != State.LEFT:
        row.state, row.task, row.due_at = State.WAITING, Task.CREATE, now()  # came back meanwhile
    row.save()
    bindings.end(person_id=row.person_id, end=Binding.End.REMOVED)
    publish(MemberLeft(person_id=row.person_id))
    audit.record(by=BY, action="mobile.remove_member", target=f"person:{row.person_id}")


PUSHES = Retries(
    model=Member,
    step=step,
    pause=doubling("10s", "1h"),
    most=40,
    given_up=lambda: {"state": State.FAILED, "task": Task.NONE},
    at_once=4,
    lease=timedelta(seconds=60),
)
push_due = partial(drive, PUSHES)
