"""What the counter (信息中心柜台) and the demo can do for an account."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.errors import AccountClosedError, DemoOnlyError, UnknownAccountError
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.rules import normalise_password, normalise_sign_in_name
from nanhu.platforms.identity.services import codes, sessions, throttle
from nanhu.platforms.identity.services.accounts import CLOSED
from nanhu.platforms.identity.services.sign_in import holder_of
from nanhu.platforms.identity.services.throttle import Gate


def account_with(campus_no: str) -> Account:
    person_id = holder_of(normalise_sign_in_name(campus_no))
    account = Account.objects.filter(person_id=person_id).first() if person_id is not None else None
    if account is None:
        raise UnknownAccountError(campus_no=campus_no)
    return account


@transaction.atomic
def reset(*, by: Actor, campus_no: str, reason: str) -> str:
    """A one-time code instead of a password, after the clerk saw a document; a new password is due at once."""
    account = Account.objects.select_for_update().get(pk=account_with(campus_no).pk)
    if account.state in CLOSED:
        raise AccountClosedError(campus_no=campus_no)
    sessions.end_others(by=by, account=account, but=None, how=SsoSession.End.CREDENTIALS_CHANGED)
    account.state, account.state_changed_at = Account.State.MUST_COMPLETE, now()
    account.is_password_due, account.password = True, ""
    account.initial_value_used_at = account.initial_value_used_at or now()
    account.save()
    audit.record(by=by, action="identity.reset", target=f"account:{account.pk}", reason=reason)
    return codes.issue_counter_code(account=account)


def unlock(*, by: Actor, campus_no: str, reason: str) -> None:
    """Forget the failures counted against this name, from every address that tried it the clerk cannot know."""
    account = account_with(campus_no)
    name = normalise_sign_in_name(campus_no)
    throttle.forgive(
        [
            Gate(throttle.NAME, name),
            Gate(throttle.DEVICE, name),
            Gate(throttle.PROOF, f"account:{account.pk}"),
            Gate(throttle.CODES, f"account:{account.pk}"),
            Gate(throttle.REAUTHENTICATION, f"account:{account.pk}"),
        ]
    )
    audit.record(by=by, action="identity.unlock", target=f"account:{account.pk}", reason=reason)


@transaction.atomic
def set_password_for_sample(*, by: Actor, campus_no: str, password: str) -> Account:
    """Complete an account's set-up for the demo's printed sign-ins. Refused outside a sample campus."""
    if not configuration().demo:
        raise DemoOnlyError
    account = Account.objects.select_for_update().get(pk=account_with(campus_no).pk)
    moment = now()
    account.password, account.is_password_due = hashing.hash_secret(normalise_password(password)), False
    account.initial_value_used_at = account.initial_value_used_at or moment
    account.state, account.state_changed_at, account.password_changed_at = Account.State.ACTIVE, moment, moment
    account.save()
    audit.record(by=by, action="identity.set_sample_password", target=f"account:{account.pk}")
    return account
