"""Keys of an account that may be somebody else's: set while two persons were taken for one. They open nothing any more; what is older stays."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.platforms.identity import former_passwords as history
from nanhu.platforms.identity.events import PasswordRevoked
from nanhu.platforms.identity.factors.models import (
    ContactCode,
    ContactFactor,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    TotpFactor,
)
from nanhu.platforms.identity.factors.services import remembered
from nanhu.platforms.identity.lifecycle import accounts
from nanhu.platforms.identity.lifecycle.accounts import CLOSED
from nanhu.platforms.identity.lifecycle.carried_suspensions import PARTED
from nanhu.platforms.identity.models import (
    Account,
    KnownStation,
    OneTimeCode,
    RecoveryContact,
    RoleGrant,
    SecurityQuestion,
)
from nanhu.platforms.identity.personal.models import DataCopy
from nanhu.platforms.identity.personal.services import keys
from nanhu.platforms.identity.recovery.models import Attempt, ContactChange
from nanhu.platforms.identity.rules import QUESTIONS_NEEDED
from nanhu.platforms.identity.services import roles
from nanhu.platforms.people import api as people


def take_away(*, by: Actor, account: Account, since: datetime | None) -> list[str]:
    """What was set after `since` (None: all), by the words of the audit log. In the caller's transaction, the account locked.

    A password whose owner still has the questions he set before is got back by 忘记密码 or at the counter; who has nothing older
    activates anew, as on the first day.
    """
    end_what_waits(account)
    remembered.forget(by=by, account=account)
    questions = take_questions(account, since)
    taken = [
        *take_factors(account, since),
        *questions,
        *take_contacts(account, since),
        *(["key"] if keys.revoke_all(by=by, account_id=account.pk, since=since) else []),
        *take_roles(by=by, account=account, since=since),
        *take_password(by=by, account=account, since=since, is_to_complete=bool(questions)),
    ]
    DataCopy.objects.filter(people.set_after(since), account=account).exclude(state=DataCopy.State.FAILED).update(
        state=DataCopy.State.GONE, expires_at=now()
    )
    if taken:
        target = f"account:{account.pk}"
        audit.record(by=by, action="identity.take_doubtful_keys", target=target, facts={"taken": taken})
    return taken


def end_what_waits(account: Account) -> None:
    """Codes on their way and proofs half given. What is asked for from now on is asked by one of the two."""
    moment = now()
    for model in (OneTimeCode, ContactCode, ContactChange):
        model.objects.filter(account=account, used_at=None).update(used_at=moment)
    PasskeyChallenge.objects.filter(account=account).delete()
    mine = Q(account=account) | Q(person_id=account.person_id)
    Attempt.objects.filter(mine, spent_at=None, expires_at__gt=moment).update(expires_at=moment)
    KnownStation.objects.filter(account=account).delete()


def take_factors(account: Account, since: datetime | None) -> list[str]:
    apps = TotpFactor.objects.filter(account=account)
    apps.filter(confirmed_at=None).delete()
    taken = (
        ["totp"] if apps.filter(people.set_after(since, "confirmed_at") | people.set_after(since)).delete()[0] else []
    )
    doubtful: dict[str, QuerySet[Any]] = {
        "passkey": Passkey.objects.filter(people.set_after(since), account=account),
        "recovery_code": RecoveryCode.objects.filter(people.set_after(since), account=account),
        "contact": ContactFactor.objects.filter(people.set_after(since), account=account),
    }
    return taken + [word for word, rows in doubtful.items() if rows.delete()[0]]


def take_questions(account: Account, since: datetime | None) -> list[str]:
    rows = SecurityQuestion.objects.filter(account=account)
    return ["questions"] if rows.filter(people.set_after(since)).delete()[0] else []


def take_contacts(account: Account, since: datetime | None) -> list[str]:
    """One that was verified before, or stood there untouched, stays."""
    contact = RecoveryContact.objects.filter(account=account).first()
    if contact is None:
        return []
    taken: list[str] = []
    if contact.phone and people.is_set_after(contact.phone_verified_at or contact.changed_at, since):
        contact.phone = contact.phone_index = contact.phone_verified_at = contact.phone_settles_at = None
        taken.append("phone")
    if contact.email and people.is_set_after(contact.email_verified_at or contact.changed_at, since):
        contact.email, contact.email_verified_at, contact.email_settles_at = "", None, None
        taken.append("mail")
    if taken:
        contact.changed_at = now()
        contact.save()
    if not contact.phone_verified_at and not contact.email_verified_at:
        ContactFactor.objects.filter(account=account).delete()
    return taken


def take_roles(*, by: Actor, account: Account, since: datetime | None) -> list[str]:
    """Whom of the two somebody meant is for him to say anew."""
    granted = list(RoleGrant.objects.filter(people.set_after(since), account=account, revoked_at=None).order_by("pk"))
    for one in granted:
        roles.revoke(by=by, account_id=account.pk, role=one.role, unit_code=one.unit_code, reason=PARTED)
    return ["role"] if granted else []


def take_password(*, by: Actor, account: Account, since: datetime | None, is_to_complete: bool) -> list[str]:
    """With what the account may do afterwards: a closed one stays closed, and opens as its person's ties say. `is_to_complete`: its questions
    are gone, and are asked for at the next sign-in."""
    was = account.state
    has_questions = SecurityQuestion.objects.filter(account=account).count() >= QUESTIONS_NEEDED
    is_activation_doubtful = account.initial_value_used_at is not None and people.is_set_after(
        account.initial_value_used_at, since
    )
    is_doubtful = bool(account.password) and people.is_set_after(account.password_changed_at, since)
    if is_activation_doubtful or (is_doubtful and not has_questions):
        accounts.start_anew(by=by, account=account)
    elif is_doubtful:
        history.take_away(account)
        publish(PasswordRevoked(account_id=account.pk, person_id=account.person_id))
    elif was == Account.State.ACTIVE and is_to_complete:
        account.state, account.state_changed_at = Account.State.MUST_COMPLETE, now()
        account.save(update_fields=["state", "state_changed_at"])
    if was in CLOSED:
        account.state = was
        account.grace_until = None
        account.save(update_fields=["state", "grace_until"])
    return ["password"] if is_doubtful or is_activation_doubtful else []
