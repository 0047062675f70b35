"""Sign-in (登录): the one place that checks a password, whatever protocol asks.

Every refusal is the same: one sentence, one hash, the same queries, whether the name exists or not.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from django.db import transaction

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.throttle import Gate
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.errors import UnknownAccountError
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.rules import normalise_password, normalise_sign_in_name
from nanhu.platforms.identity.services import codes, contact_names, known_places, limits, sign_in_log
from nanhu.platforms.identity.services.limits import Standing
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
    standing: Standing = limits.STRANGER,
    application: str = "",
) -> Verdict:
    """Who is this? `standing` must have been proved for this very name."""
    campus_no, secret = normalise_sign_in_name(typed_name), normalise_password(password)
    if standing.is_solved:
        is_known_network = known_places.is_network_known(account=account_of_name(campus_no), address=by.address)
        standing = replace(standing, is_known_network=is_known_network)
    own, shared = limits.gates_at(subject=campus_no, address=by.address, standing=standing, password=secret)
    with sign_in_log.throttling_noted(by=by, campus_no=campus_no, application=application):
        throttle.admit([*own, *shared])
    verdict = judged(campus_no, secret, typed=typed_name)
    if verdict.answer == Answer.REFUSED:
        write_refusal(by=by, campus_no=campus_no, reason=verdict.reason, application=application)
    else:
        throttle.forgive(own)
        throttle.take_back(shared)
    return numbered(verdict)


@hashing.turn()
def verify_for_service(
    *,
    by: Actor,
    typed_name: str,
    password: str,
    service: str,
    station: str = "",
    states: Collection[str] = (Account.State.ACTIVE,),
    misread: str = "",
    is_last: bool = True,
) -> Account | None:
    """The same question from a program that checks passwords (Wi-Fi, VPN, mail): only an open account and its own password.

    `by.address` is the end user's (an address or a device's number), "" when the service does not say; `station` names the device where
    that is not its address. The gates are the service's own: a telephone that goes on trying an old password neither locks the portal's
    sign-in nor other devices. `states`: a page that may tell its owner that the account is suspended names that state too. What was typed
    once may be read in two ways: the first look (not `is_last`) leaves the line of a refusal to the second, and what the first took for
    the password (`misread`) counts no more where the second is right.
    """
    campus_no, secret = normalise_sign_in_name(typed_name), normalise_password(password)
    account, device = account_of_name(campus_no), station or by.address
    is_known = known_places.is_station_known(account=account, service=service, address=device)
    own, shared = service_gates(service, campus_no, device, secret, is_known=is_known)
    throttle.admit([*own, *shared])
    fits = hashing.verify(secret, account.password if account else "")
    if account is None or account.state not in states or not fits:
        if is_last:
            write_refusal(by=by, campus_no=campus_no, service=service)
        return None
    throttle.forgive(own)
    throttle.take_back(shared)
    if misread:
        throttle.take_back(service_gates(service, campus_no, device, misread, is_known=is_known)[1])
    known_places.note_station(account=account, service=service, address=device)
    return account


def service_gates(
    service: str, campus_no: str, address: str, password: str, *, is_known: bool
) -> tuple[list[Gate], list[Gate]]:
    """A station that came in before stands before a gate of its own alone: strangers elsewhere cannot close that."""
    caller = f"{service}|{campus_no}|{known_places.station_key(address).hex()}"
    if is_known:
        return [Gate(limits.SERVICE_STATION, caller)], []
    shared = [Gate(limits.SERVICE_NAME, f"{service}|{campus_no}"), *limits.password_gates(limits.PASSWORD, password)]
    return [Gate(limits.SERVICE_CALLER, caller)], shared


def account_of_name(campus_no: str) -> Account | None:
    person_id = holder_of(campus_no)
    return Account.objects.filter(person_id=NOBODY if person_id is None else person_id).first()


def judged(campus_no: str, password: str, *, typed: str = "") -> Verdict:
    """All three ways in are tried for every name, also for one nobody has: refusals must cost the same.

    A campus number comes before a phone number of the same digits. Limits count what was typed: a number that closes
    another name's gate would tell whose it is.
    """
    person_id = holder_of(campus_no)
    by_contact = contact_names.account_with(typed)
    if person_id is None and by_contact is not None:
        person_id = by_contact.person_id
    account = Account.objects.filter(person_id=NOBODY if person_id is None else person_id).first()
    has_password = hashing.verify(password, account.password if account else "")
    has_tail = people.matches_id_tail(person_id=NOBODY if person_id is None else person_id, tail=password)
    has_code = codes.matches_counter_code(account_id=account.pk if account else NOBODY, code=password)
    if account is None:
        return Verdict(answer=Answer.REFUSED, campus_no=campus_no, reason=sign_in_log.Reason.UNKNOWN)
    if account.may_sign_in and has_password and (welcome := rehashed(account, password)) is not None:
        return Verdict(answer=Answer.WELCOME, campus_no=campus_no, account=welcome)
    if account.state == Account.State.MUST_COMPLETE and has_code and codes.use_counter_code(account=account):
        return Verdict(answer=Answer.WELCOME, campus_no=campus_no, account=account, methods=("otp",))
    if has_tail and is_waiting(account):
        return Verdict(answer=Answer.ACTIVATE, campus_no=campus_no, account=account)
    reason = sign_in_log.Reason.WRONG if account.may_sign_in else sign_in_log.Reason.CLOSED
    return Verdict(answer=Answer.REFUSED, campus_no=campus_no, reason=reason)


def numbered(verdict: Verdict) -> Verdict:
    """A session is called by a campus number, whatever was typed. Only who is let in costs this look."""
    if verdict.account is None or holder_of(verdict.campus_no) is not None:
        return verdict
    return replace(verdict, campus_no=contact_names.number_of(verdict.account))


def holder_of(campus_no: str) -> int | None:
    """The person with this number, in whichever case the office wrote its letters."""
    return people.find_person_by_campus_no(campus_no)


def account_with(campus_no: str) -> Account:
    person_id = holder_of(normalise_sign_in_name(campus_no))
    account = Account.objects.filter(person_id=person_id).first() if person_id is not None else None
    if account is None:
        raise UnknownAccountError(campus_no=campus_no)
    return account


def is_waiting(account: Account) -> bool:
    """The initial value works while the account waits to be activated, and not for ever."""
    until = account.initial_value_until
    return account.state == Account.State.AWAITING_ACTIVATION and (until is None or until > now())


def rehashed(account: Account, password: str) -> Account | None:
    """Keep up with our own parameters: the password is known now, hash it as it would be hashed today.

    Hashing takes its time: what was set meanwhile stays, and is asked whether it is still this password. None: it is not.
    """
    if not hashing.needs_rehash(account.password):
        return account
    verified, encoded = account.password, hashing.hash_secret(password)
    if Account.objects.filter(pk=account.pk, password=verified).update(password=encoded):
        account.password = encoded
        return account
    account.refresh_from_db()
    return account if account.may_sign_in and hashing.verify(password, account.password) else None


@transaction.atomic
def write_refusal(
    *, by: Actor, campus_no: str, service: str = "", reason: str = sign_in_log.Reason.WRONG, application: str = ""
) -> None:
    """People type passwords into the name's box: the log gets a keyed fingerprint of the name, never the text."""
    facts = {"door": service} if service else {}
    sign_in_log.refused(by=by, campus_no=campus_no, reason=reason, how=service or "pwd", application=application)
    audit.record(
        by=by, action="identity.sign_in_refused", target=f"sign-in-name:{sign_in_log.name_key(campus_no)}", facts=facts
    )
