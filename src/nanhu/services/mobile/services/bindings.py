"""Whose a userid is: one living binding a person and a userid; ended, undone or moved by its owner."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.once import lock_key
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.mobile import queries
from nanhu.services.mobile.errors import BoundAlreadyError, NotEntitledError, OthersAccountError, UndoTooLateError
from nanhu.services.mobile.models import Binding, Consent, Member
from nanhu.services.mobile.rules import CONSENT_VERSION, UNDO
from nanhu.services.mobile.services import members

BY = Actor.system("mobile.binding")
How, End = Binding.How, Binding.End
METHOD: Final = "swk"
"""How a session is said to have begun that 企业微信 opened (RFC 8176): by a key held by software, the app's."""


def bind(
    *, by: Actor, person_id: int, userid: str, how: Binding.How, moves: bool = False, session_id: int | None = None
) -> Binding:
    """Somebody else's account is never taken; one's own is moved only by who is signed in (`moves`, by the session `session_id`). In each case
    both are told."""
    made = tried(by=by, person_id=person_id, userid=userid.lower(), how=how, moves=moves, session_id=session_id)
    if isinstance(made, CampusError):
        raise made
    return made


@transaction.atomic
def tried(
    *, by: Actor, person_id: int, userid: str, how: Binding.How, moves: bool = False, session_id: int | None = None
) -> Binding | CampusError:
    """A refusal is returned, not raised: what was told and written about it stays. Whoever said no is bound by himself alone."""
    lock_key(f"mobile.binding:{person_id}")
    lock_key(f"mobile.userid:{userid}")
    if how != How.ACCOUNT and (queries.has_withdrawn(person_id) or queries.has_undone(person_id, userid)):
        return NotEntitledError()
    theirs, mine = queries.binding_of_userid(userid), queries.living_binding(person_id)
    if theirs is not None and theirs.person_id != person_id:
        tell(theirs.person_id, _("有人想把您的企业微信账号绑定到另一个人，没有成功。"))
        tell(person_id, _("您想绑定的企业微信账号属于另一个人，没有成功。"))
        audit.record(by=by, action="mobile.refuse_binding", target=f"person:{person_id}")
        return OthersAccountError()
    if mine is not None and mine.userid == userid:
        return mine
    if mine is not None and not moves:
        tell(person_id, _("有人用另一个企业微信账号登录您的门户，没有成功；不是您本人请联系信息中心。"))
        return BoundAlreadyError()
    moment = now()
    if mine is not None:
        close(mine, End.MOVED, moment)
        put_out(by=by, person_id=person_id, but=session_id)
    made = Binding.objects.create(person_id=person_id, userid=userid, how=how, device=by.browser[:200], bound_at=moment)
    audit.record(by=by, action="mobile.bind", target=f"person:{person_id}", facts={"how": how, "userid": userid})
    tell(person_id, bound_words(made))
    return made


@transaction.atomic
def end_doubtful(*, by: Actor, person_id: int, since: datetime | None) -> None:
    """One that was made after `since` (None: any), when this person and another were taken for one, may be the other's; so may what was agreed
    to. What was refused stands."""
    lock_key(f"mobile.binding:{person_id}")
    doubtful = Binding.objects.filter(people.set_after(since, "bound_at"), person_id=person_id, ended_at=None)
    given = Consent.standing.filter(person_id=person_id, withdrawn_at=None)
    agreed = given.filter(people.set_after(since, "given_at"))
    if doubtful.update(ended_at=now(), end=End.PARTED) + agreed.update(parted_at=now()):
        audit.record(by=by, action="mobile.end_doubtful_binding", target=f"person:{person_id}")


@transaction.atomic
def keep_refusal(*, by: Actor, person_id: int) -> None:
    """A no that was said while this person and another were taken for one is his, too, whoever of the two it was."""
    if not queries.has_withdrawn(person_id):
        refuse(person_id)
        audit.record(by=by, action="mobile.keep_refusal", target=f"person:{person_id}")


def refuse(person_id: int) -> None:
    Consent.standing.filter(person_id=person_id, withdrawn_at=None).update(withdrawn_at=now())
    if not Consent.standing.filter(person_id=person_id, purpose="binding").exists():
        Consent.objects.create(
            person_id=person_id, purpose="binding", version=CONSENT_VERSION, withdrawn_at=now()
        )  # staff, whom the record alone had made members: their "no" stands from now on


def bound_words(made: Binding) -> str:
    return _("您的企业微信已于 %(when)s 绑定（%(how)s）。不是您本人办的，72 小时内可在门户“移动校园”撤销。") % {
        "when": dates.time_words(made.bound_at),
        "how": How(made.how).label,
    }


def tell(person_id: int, text: str) -> None:
    account = identity.account_of(person_id)
    if account is not None:
        identity.notify_account(account=account, text=text)


def bind_member(member: Member) -> None:
    """The account that we made for somebody is bound to him, where it stands as his; the office's record is the proof, or his form."""
    if queries.living_binding(member.person_id) is None and queries.binding_of_userid(member.userid) is None:
        how = How.FORM if queries.is_proved(member.person_id) else How.RECORD
        tried(by=BY, person_id=member.person_id, userid=member.userid, how=how)


def bind_proved(member: Member) -> None:
    if queries.is_proved(member.person_id):
        bind_member(member)


def close(row: Binding, end: Binding.End, moment: datetime) -> None:
    row.ended_at, row.end = moment, end
    row.save(update_fields=["ended_at", "end"])


def end(*, person_id: int, end: Binding.End, by: Actor = BY, session_id: int | None = None) -> None:
    if Binding.objects.filter(person_id=person_id, ended_at=None).update(ended_at=now(), end=end):
        put_out(by=by, person_id=person_id, but=session_id)


@transaction.atomic
def end_of_account(userid: str, *, before: datetime) -> bool:
    """One that we did not make, and that somebody had bound, is there no more: whoever is given its name next is another."""
    lock_key(f"mobile.userid:{userid}")
    row = Binding.objects.filter(userid=userid, ended_at=None, bound_at__lte=before).first()
    if row is not None:
        close(row, End.LEFT, now())
        put_out(by=BY, person_id=row.person_id, but=None)
        audit.record(by=BY, action="mobile.end_binding_of_account", target=f"person:{row.person_id}")
    return row is not None


def put_out(*, by: Actor, person_id: int, but: int | None) -> None:
    """What the account opened ends with its binding: the phone may be lost, or another's by now."""
    identity.end_other_sessions(by=by, person_id=person_id, but=but, method=METHOD)


@transaction.atomic
def consent(*, person_id: int, purposes: tuple[str, ...] = ("binding",)) -> None:
    for purpose in purposes:
        if not Consent.standing.filter(person_id=person_id, purpose=purpose, withdrawn_at=None).exists():
            Consent.objects.create(person_id=person_id, purpose=purpose, version=CONSENT_VERSION)


@transaction.atomic
def prove(*, by: Actor, person_id: int) -> CampusError | None:
    """The form fits and its code came back: consent, and membership at once. What it is a proof of is bound when the account
    stands there as this person's; somebody else's under the same name never is. A refusal is returned, as above."""
    lock_key(f"mobile.binding:{person_id}")
    has_left = Member.objects.filter(person_id=person_id, state=Member.State.LEFT).exists()
    is_through = queries.living_binding(person_id) is not None or (queries.is_proved(person_id) and not has_left)
    if is_through or queries.has_undone(person_id):
        tell(person_id, _("有人用您的信息申请开通企业微信。您已经开通过，没有改动；不是您本人请联系信息中心。"))
        return BoundAlreadyError()
    consent(person_id=person_id, purposes=("binding", "document"))
    invite(person_id)
    audit.record(by=by, action="mobile.certify", target=f"person:{person_id}")
    return None


@transaction.atomic
def join(*, by: Actor, person_id: int) -> None:
    """A person who is signed in agrees: membership follows at once."""
    consent(person_id=person_id)
    invite(person_id)
    audit.record(by=by, action="mobile.join", target=f"person:{person_id}")


def invite(person_id: int) -> None:
    """Who had left by himself is invited again."""
    member = Member.objects.select_for_update().filter(person_id=person_id, state=Member.State.LEFT).first()
    if member is not None:
        member.state, member.pushed = Member.State.WAITING, None
        member.save(update_fields=["state", "pushed"])
    members.follow([person_id])
    members.announce_no_more(person_id)
    if not Member.objects.filter(person_id=person_id).exists():
        raise NotEntitledError


@transaction.atomic
def undo(*, by: Actor, person_id: int, session_id: int | None = None) -> None:
    """Within 72 hours, by its owner: "that was not me". Every session but this one ends; what a move had ended is his again."""
    row = Binding.objects.select_for_update().filter(person_id=person_id, ended_at=None).first()
    if row is None:
        return
    if now() - row.bound_at > UNDO:
        raise UndoTooLateError
    before = Binding.objects.filter(person_id=person_id, end=End.MOVED, ended_at=row.bound_at).first()
    close(row, End.UNDONE, now())
    identity.end_other_sessions(by=by, person_id=person_id, but=session_id)
    if before is None or queries.binding_of_userid(before.userid) is not None:
        leave(by=by, person_id=person_id, action="mobile.undo_binding")
        return
    before.ended_at, before.end = None, ""
    before.save(update_fields=["ended_at", "end"])
    audit.record(by=by, action="mobile.undo_binding", target=f"person:{person_id}")


@transaction.atomic
def leave(*, by: Actor, person_id: int, action: str = "mobile.unbind", session_id: int | None = None) -> None:
    """Consent withdrawn: the binding ends now, with what it opened but the session that says so, and the person is taken out of the contact book."""
    refuse(person_id)
    end(person_id=person_id, end=End.GIVEN_UP, by=by, session_id=session_id)
    audit.record(by=by, action=action, target=f"person:{person_id}")
    members.follow([person_id], is_braked=False)
