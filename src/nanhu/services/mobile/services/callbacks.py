"""What 企业微信 tells us: kept once, handled by a job. An older word about a member than the last is no news."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from django.db import IntegrityError, transaction

from nanhu.kernel import audit, strict_xml
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.kernel.jobs import defer
from nanhu.platforms.messages import api as messages
from nanhu.services.mobile.adapters.port import Status
from nanhu.services.mobile.adapters.wecom.crypto import BadCallbackError
from nanhu.services.mobile.adapters.wecom.line import Line
from nanhu.services.mobile.events import MemberJoined, MemberLeft
from nanhu.services.mobile.models import Binding, Callback, Member
from nanhu.services.mobile.services import bindings, sending

BY = Actor.system("mobile.callback")
PATIENCE = timedelta(seconds=300)
JOB = "mobile.handle_callback"
LONGEST = 64
State = Member.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The four parts of the address."""

    signature: str
    timestamp: str
    nonce: str

    def check_time(self) -> None:
        try:
            said = datetime.fromtimestamp(int(self.timestamp), UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise BadCallbackError("timestamp") from error
        if abs(said - now()) > PATIENCE:
            raise BadCallbackError("too old")


def opened(line: Line, signed: Signed, sealed: str) -> str:
    signed.check_time()
    return line.seal.open(signature=signed.signature, timestamp=signed.timestamp, nonce=signed.nonce, sealed=sealed)


def parsed(text: str | bytes) -> Element:
    try:
        return strict_xml.parsed(text)
    except ValueError as error:
        raise BadCallbackError("xml") from error


def take(line: Line, signed: Signed, body: bytes) -> Callback | None:
    """None: heard before. Tencent asks again up to three times when we are slow, with the same text under another seal."""
    text = opened(line, signed, word(parsed(body), "Encrypt"))
    root = parsed(text)
    status = word(root, "Status")
    told = seconds_of(word(root, "CreateTime"))
    try:
        with transaction.atomic():
            row = Callback.objects.create(
                digest=hashlib.sha256(text.encode()).digest(),
                event=word(root, "Event")[:LONGEST],
                change=word(root, "ChangeType")[:LONGEST],
                userid=word(root, "UserID").lower()[:LONGEST],
                status=int(status) if status.isdecimal() and len(status) < 5 else None,  # noqa: PLR2004
                told_at=datetime.fromtimestamp(min(max(told, 0), 4_000_000_000), UTC),
            )
            defer(JOB, callback_id=row.pk)
    except IntegrityError:
        return None
    return row


def seconds_of(text: str) -> int:
    try:
        return int(text or 0)
    except ValueError as error:
        raise BadCallbackError("time") from error


def word(root: Element, name: str) -> str:
    found = root.find(name)
    return "" if found is None or found.text is None else found.text.strip()


@transaction.atomic
def handle(callback_id: int) -> str:
    row = Callback.objects.select_for_update().get(pk=callback_id)
    if row.handled_at is None:
        row.outcome, row.handled_at = outcome_of(row), now()
        row.save(update_fields=["outcome", "handled_at"])
    return row.outcome


def outcome_of(row: Callback) -> str:
    if row.event != "change_contact":
        return "not_ours"
    member = Member.objects.select_for_update().filter(userid=row.userid).exclude(state=State.REMOVED).first()
    has_left = row.change == "delete_user" or row.status == Status.LEFT
    if member is None:
        return "left" if has_left and bindings.end_of_account(row.userid, before=row.told_at) else "no_member"
    if member.told_at is not None and row.told_at < member.told_at:
        return "older"
    member.told_at = row.told_at
    if row.status == Status.ACTIVE and member.state in {State.INVITED, State.LEFT}:
        return joined(member)
    if has_left and member.state in {State.INVITED, State.ACTIVE}:
        return left(member)
    member.save(update_fields=["told_at"])
    return "noted"


def joined(member: Member) -> str:
    """Active, bound, and welcomed: once, for a second word of it finds the state changed."""
    member.state, member.joined_at = State.ACTIVE, now()
    member.save(update_fields=["state", "joined_at", "told_at"])
    bindings.bind_member(member)
    sending.welcome(member)
    publish(MemberJoined(person_id=member.person_id))
    audit.record(by=BY, action="mobile.member_joined", target=f"person:{member.person_id}")
    return "joined"


def left(member: Member) -> str:
    """By himself: he is not invited again, and his binding ends. Where he may come back he is told how."""
    may_return = member.leaves_on is None and member.task != Member.Task.DELETE
    member.state, member.task, member.due_at = State.LEFT, Member.Task.NONE, None
    member.save(update_fields=["state", "task", "due_at", "told_at"])
    bindings.end(person_id=member.person_id, end=Binding.End.LEFT)
    if may_return:
        messages.tell([member.person_id], "mobile.left", key="left")
    publish(MemberLeft(person_id=member.person_id))
    audit.record(by=BY, action="mobile.member_left", target=f"person:{member.person_id}")
    return "left"
