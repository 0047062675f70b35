"""Attempts (找回的一次尝试): who is meant, one more proof, and what both open.

Whoever is asked about, somebody or nobody, gets the same pages after the same work: the answer to the question "does this
person exist" is given to nobody but the holder of a verified phone, mail or three answers. Codes are made and sent by a
job, so that no visitor can read from the clock whether there was something to send.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.jobs import job
from nanhu.kernel.throttle import Gate, TooManyAttemptsError
from nanhu.platforms.identity import channels
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.recovery.errors import AttemptExpiredError, CodeRefusedError, ProofForAnotherError
from nanhu.platforms.identity.recovery.models import Attempt, ContactKind
from nanhu.platforms.identity.rules import normalise_sign_in_name
from nanhu.platforms.identity.services import limits
from nanhu.platforms.identity.services.sign_in import NOBODY, holder_of
from nanhu.platforms.people import api as people

LIFE = timedelta(minutes=30)
CODE_LIFE = timedelta(minutes=10)
PROVED_LIFE = timedelta(minutes=15)
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who somebody says to be. `campus_no` is empty where the number is what is asked for."""

    name: str
    id_number: str
    campus_no: str = ""

    @property
    def subject(self) -> str:
        """What the gates count by: one number, whether or not anybody has it."""
        if self.campus_no:
            return f"reset:{normalise_sign_in_name(self.campus_no)}"
        return (
            f"find:{blind_index(people.normalise_document(self.id_number), purpose='identity.recovery_subject').hex()}"
        )

    @property
    def fingerprint(self) -> bytes:
        """Of all that was typed: strangers who know less of somebody cannot use up what is his."""
        typed = "|".join(
            (
                normalise_sign_in_name(self.campus_no),
                people.normalise_name(self.name),
                people.normalise_document(self.id_number),
            )
        )
        return blind_index(typed, purpose="identity.recovery_claim")


def begin(*, by: Actor, kind: Attempt.Kind, claim: Claim, is_challenge_solved: bool = False) -> str:
    """Open an attempt for this browser; the secret to keep in its session. Every attempt counts, there is no success."""
    standing = limits.Standing(is_solved=is_challenge_solved)
    own, shared = limits.gates_at(subject=claim.subject, address=by.address, standing=standing)
    throttle.admit([*own, *shared])
    person_id, account = found(kind, claim)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        Attempt.objects.create(
            key_hash=hash_of(secret),
            kind=kind,
            subject=claim.fingerprint,
            person_id=person_id,
            account=account,
            password_changed_at=account.password_changed_at if account else None,
            expires_at=now() + LIFE,
        )
        audit.record(by=by, action=f"identity.begin_{kind}", target=f"recovery:{claim.fingerprint.hex()[:16]}")
    return secret


def found(kind: Attempt.Kind, claim: Claim) -> tuple[int | None, Account | None]:
    """The person meant, if all that was typed fits. The same queries either way."""
    if kind == Attempt.Kind.FIND:
        held = people.find_person_by_document(claim.id_number)
    else:
        held = holder_of(normalise_sign_in_name(claim.campus_no))
    person_id = NOBODY if held is None else held
    fits = people.matches_identity(person_id=person_id, name=claim.name, id_number=claim.id_number)
    account = Account.objects.filter(person_id=person_id).first()
    if not fits:
        return None, None
    if kind == Attempt.Kind.FIND:
        return person_id, account
    return (person_id, account) if account is not None and account.may_sign_in else (None, None)


def hash_of(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def living(kind: Attempt.Kind, secret: str) -> QuerySet[Attempt]:
    return Attempt.objects.filter(key_hash=hash_of(secret), kind=kind, spent_at=None, expires_at__gt=now())


def attempt_of(kind: Attempt.Kind, secret: str) -> Attempt:
    attempt = living(kind, secret).select_related("account").first()
    if attempt is None:
        raise AttemptExpiredError
    return attempt


def ask_code(*, by: Actor, attempt: Attempt, channel: ContactKind) -> None:
    """Ask for a code by phone or mail. What is shown is the same, whether or not one goes out."""
    claimed = bytes(attempt.subject).hex()
    throttle.admit([Gate(limits.CODES, f"recovery:{claimed}")])
    with transaction.atomic():
        opened = Attempt.objects.filter(pk=attempt.pk, spent_at=None, proved_at=None).update(
            channel=channel,
            code_serial=F("code_serial") + 1,
            code_hash=None,
            code_expires_at=now() + CODE_LIFE,
            tries_left=TRIES,
        )
        if opened != 1:
            raise AttemptExpiredError
        attempt.refresh_from_db()
        audit.record(
            by=by,
            action="identity.ask_recovery_code",
            target=f"recovery:{claimed[:16]}",
            facts={"channel": str(channel)},
        )
        send_code.defer(attempt_id=attempt.pk, serial=attempt.code_serial)


@job("identity.send_recovery_code", attempts=3)
def send_code(attempt_id: int, serial: int) -> None:
    """Make and send the code somebody asked for, if there is somebody and a channel that may bring an account back."""
    with transaction.atomic():
        attempt = Attempt.objects.select_for_update().filter(pk=attempt_id).first()
        if attempt is None or attempt.code_serial != serial or attempt.code_hash is not None or attempt.spent_at:
            return
        reached = channels_for(attempt)
        if not reached or not may_send(attempt):
            return
        code = f"{secrets.randbelow(10**6):06}"
        attempt.code_hash = code_hash(attempt.pk, code)
        attempt.save(update_fields=["code_hash"])
        for channel in reached:
            channel.send(code_text(attempt, code), code=code)


def code_text(attempt: Attempt, code: str) -> str:
    if attempt.kind == Attempt.Kind.FIND:
        return _("您正在查询校园账号，验证码是 %(code)s，10 分钟内有效。请勿告诉他人。") % {"code": code}
    return _("有人正在重设您的统一身份密码，验证码是 %(code)s，10 分钟内有效。如非本人操作，请不要告诉任何人。") % {
        "code": code
    }


def channels_for(attempt: Attempt) -> list[channels.Channel]:
    """The one phone or mail the code goes to: the phone on record before one's own."""
    if attempt.person_id is None:
        return []
    office = channels.record_phone(attempt.person_id)
    own = channels.own_channels(attempt.account) if attempt.account is not None else []
    all_ = [*([office] if office else []), *own]
    wants_mail = attempt.channel == ContactKind.MAIL
    return [channel for channel in all_ if channel.is_mail == wants_mail and channel.is_settled][:1]


def may_send(attempt: Attempt) -> bool:
    """Nobody's phone is flooded, whatever the number of browsers that ask."""
    try:
        throttle.admit([Gate(limits.SENT, f"person:{attempt.person_id}")])
    except TooManyAttemptsError:
        return False
    return True


def code_hash(attempt_id: int, code: str) -> bytes:
    return blind_index(f"{attempt_id}|{code.strip()}", purpose="identity.recovery_code")


def prove_by_code(*, by: Actor, attempt: Attempt, code: str) -> None:
    """One try of the code; it dies after five wrong ones, or when it fits."""
    tried = Attempt.objects.filter(
        pk=attempt.pk, spent_at=None, proved_at=None, tries_left__gt=0, code_expires_at__gt=now()
    ).update(tries_left=F("tries_left") - 1)
    kept = Attempt.objects.filter(pk=attempt.pk).values_list("code_hash", flat=True).first()
    expected = bytes(kept) if kept is not None else bytes(32)
    fits = compare_digest(expected, code_hash(attempt.pk, code)) and kept is not None
    if tried != 1 or not fits:
        if tried:
            claimed = bytes(attempt.subject).hex()[:16]
            audit.record(by=by, action="identity.recovery_code_refused", target=f"recovery:{claimed}")
        raise CodeRefusedError
    mark_proved(by=by, attempt=attempt, how=str(attempt.channel))


@transaction.atomic
def mark_proved(*, by: Actor, attempt: Attempt, how: str) -> None:
    """Of two who bring the same proof, one is taken. An attempt that is about nobody cannot be proved (the database)."""
    waiting = Attempt.objects.filter(
        pk=attempt.pk, proved_at=None, spent_at=None, expires_at__gt=now(), person__isnull=False
    )
    moment = now()
    if waiting.update(proved_by=how, proved_at=moment, code_hash=None, expires_at=moment + PROVED_LIFE) != 1:
        raise CodeRefusedError
    who = f"account:{attempt.account_id}" if attempt.account_id else f"person:{attempt.person_id}"
    audit.record(by=by, action=f"identity.prove_{attempt.kind}", target=who, facts={"proof": how})


def prove_as(*, by: Actor, attempt: Attempt, account: Account, how: str) -> None:
    """A proof that knows its account by itself (a passkey): taken only for the account that this attempt is about."""
    if attempt.account_id is None or attempt.account_id != account.pk:
        raise ProofForAnotherError
    mark_proved(by=by, attempt=attempt, how=how)


def numbers_of(attempt: Attempt) -> list[people.AffiliationCard]:
    """The answer of 查询账号: every number of the person that is not over."""
    if attempt.proved_at is None or attempt.person_id is None:
        raise AttemptExpiredError
    card = people.person_card(attempt.person_id)
    return [one for one in card.affiliations if one.state != "ended"] if card else []
