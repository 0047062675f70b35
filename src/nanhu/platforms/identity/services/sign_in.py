"""Sign-in (登录): the one place that checks a password, whatever protocol asks.

Every refusal is the same: one sentence, one hash, the same queries, whether the name exists or not.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.rules import normalise_password, normalise_sign_in_name
from nanhu.platforms.identity.services import codes, sign_in_log, throttle
from nanhu.platforms.identity.services.throttle import Gate, network_of
from nanhu.platforms.people import api as people

NOBODY = -1


class Answer(StrEnum):
    WELCOME = "welcome"
    ACTIVATE = "activate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    answer: Answer
    campus_no: str
    account: Account | None = None
    methods: tuple[str, ...] = ("pwd",)
    reason: str = ""
    """Of a refusal, for the log alone."""


@hashing.turn()
def check(
    *,
    by: Actor,
    typed_name: str,
    password: str,
    is_known_device: bool = False,
    is_challenge_solved: bool = False,
    application: str = "",
) -> Verdict:
    """Who is this? `is_known_device` may be true only if this browser proved it for this very name, and
    `is_challenge_solved` only for a challenge that was made for this name."""
    campus_no = normalise_sign_in_name(typed_name)
    own, shared = throttle.gates_at(
        subject=campus_no, address=by.address, is_known=is_known_device, is_solved=is_challenge_solved
    )
    with sign_in_log.throttling_noted(by=by, campus_no=campus_no, application=application):
        throttle.admit([*own, shared])
    verdict = judged(campus_no, normalise_password(password))
    if verdict.answer == Answer.REFUSED:
        write_refusal(by=by, campus_no=campus_no, reason=verdict.reason, application=application)
    else:
        throttle.forgive(own)
        throttle.take_back([shared])
    return verdict


@hashing.turn()
def verify_for_door(*, by: Actor, typed_name: str, password: str, door: str) -> Account | None:
    """The same question from a program that keeps a door (Wi-Fi, VPN, mail): only an open account and its own password.

    `by.address` is the end user's (an address or a device's number), "" when the door does not tell. The gates are the
    door's own: a telephone that goes on trying an old password neither locks the portal's sign-in nor other devices.
    """
    campus_no = normalise_sign_in_name(typed_name)
    caller = Gate(throttle.DOOR_CALLER, f"{door}|{campus_no}|{network_of(by.address)}")
    everybody = Gate(throttle.DOOR_NAME, f"{door}|{campus_no}")
    throttle.admit([caller, everybody])
    account = account_of_name(campus_no)
    fits = hashing.verify(normalise_password(password), account.password if account else "")
    if account is None or account.state != Account.State.ACTIVE or not fits:
        write_refusal(by=by, campus_no=campus_no, door=door)
        return None
    throttle.forgive([caller])
    throttle.take_back([everybody])
    return account


def account_of_name(campus_no: str) -> Account | None:
    person_id = holder_of(campus_no)
    return Account.objects.filter(person_id=NOBODY if person_id is None else person_id).first()


def judged(campus_no: str, password: str) -> Verdict:
    """All three ways in are tried for every name, also for one nobody has: refusals must cost the same."""
    person_id = holder_of(campus_no)
    account = Account.objects.filter(person_id=NOBODY if person_id is None else person_id).first()
    has_password = hashing.verify(password, account.password if account else "")
    has_tail = people.matches_id_tail(person_id=NOBODY if person_id is None else person_id, tail=password)
    has_code = codes.matches_counter_code(account_id=account.pk if account else NOBODY, code=password)
    if account is None:
        return Verdict(answer=Answer.REFUSED, campus_no=campus_no, reason=sign_in_log.Reason.UNKNOWN)
    if account.may_sign_in and has_password:
        return Verdict(answer=Answer.WELCOME, campus_no=campus_no, account=rehashed(account, password))
    if account.state == Account.State.MUST_COMPLETE and has_code and codes.use_counter_code(account=account):
        return Verdict(answer=Answer.WELCOME, campus_no=campus_no, account=account, methods=("otp",))
    if has_tail and is_waiting(account):
        return Verdict(answer=Answer.ACTIVATE, campus_no=campus_no, account=account)
    reason = sign_in_log.Reason.WRONG if account.may_sign_in else sign_in_log.Reason.CLOSED
    return Verdict(answer=Answer.REFUSED, campus_no=campus_no, reason=reason)


def holder_of(campus_no: str) -> int | None:
    """The person with this number, in whichever case the office wrote its letters."""
    as_typed, lower = people.find_person_by_campus_no(campus_no), people.find_person_by_campus_no(campus_no.lower())
    return as_typed if as_typed is not None else lower


def is_waiting(account: Account) -> bool:
    """The initial value works while the account waits to be activated, and not for ever."""
    until = account.initial_value_until
    return account.state == Account.State.AWAITING_ACTIVATION and (until is None or until > now())


def rehashed(account: Account, password: str) -> Account:
    """Keep up with our own parameters: the password is known now, hash it as it would be hashed today."""
    if hashing.needs_rehash(account.password):
        account.password = hashing.hash_secret(password)
        account.save(update_fields=["password"])
    return account


@transaction.atomic
def write_refusal(
    *, by: Actor, campus_no: str, door: str = "", reason: str = sign_in_log.Reason.WRONG, application: str = ""
) -> None:
    """People type passwords into the name's box: the log gets a keyed fingerprint of the name, never the text."""
    fingerprint = blind_index(campus_no, purpose="identity.refused_name").hex()[:16]
    facts = {"door": door} if door else {}
    sign_in_log.refused(by=by, campus_no=campus_no, reason=reason, how=door or "pwd", application=application)
    audit.record(by=by, action="identity.sign_in_refused", target=f"sign-in-name:{fingerprint}", facts=facts)
