"""What the counter (信息中心柜台) and the demo can do for an account."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.events import publish
from nanhu.kernel.throttle import Gate
from nanhu.platforms.identity import former_passwords as history
from nanhu.platforms.identity.errors import AccountClosedError, AccountHasNoPasswordError
from nanhu.platforms.identity.events import PasswordRevoked
from nanhu.platforms.identity.factors.services import attempts
from nanhu.platforms.identity.lifecycle.accounts import CLOSED
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.personal.services import keys
from nanhu.platforms.identity.rules import normalise_sign_in_name
from nanhu.platforms.identity.services import codes, limits, sessions
from nanhu.platforms.identity.services.sign_in import account_with
from nanhu.platforms.people import api as people

UNLOCKED = (limits.DOCUMENT, limits.ACTIVATION_CODE, limits.ACTIVATION_SENDING, limits.CODES)


def reset(*, by: Actor, campus_no: str, reason: str) -> str:
    return reset_account(by=by, account_id=account_with(campus_no).pk, reason=reason)


@transaction.atomic
def reset_account(*, by: Actor, account_id: int, reason: str, seen: Mapping[str, object] | None = None) -> str:
    """A one-time code instead of a password, after the clerk saw a document; a new password is due at once.

    `seen` says what was looked at (kind of document, how it was compared), never its number.
    """
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.state in CLOSED:
        raise AccountClosedError
    sessions.end_others(by=by, account=account, but=None, how=SsoSession.End.CREDENTIALS_CHANGED)
    history.take_away(account)
    keys.revoke_all(by=by, account_id=account.pk)
    publish(PasswordRevoked(account_id=account.pk, person_id=account.person_id))
    audit.record(by=by, action="identity.reset", target=f"account:{account.pk}", reason=reason, facts=dict(seen or {}))
    return codes.issue_counter_code(account=account)


def unlock(*, by: Actor, campus_no: str, reason: str) -> None:
    """Forget the failures counted against this name, from every address that tried it the clerk cannot know."""
    forgive_names(by=by, account=account_with(campus_no), names=[campus_no], reason=reason)


def unlock_account(*, by: Actor, account: Account, reason: str) -> None:
    """The same for every number of the account's person."""
    card = people.person_card(account.person_id)
    names = [tie.campus_no for tie in card.affiliations] if card is not None else []
    forgive_names(by=by, account=account, names=names, reason=reason)


@transaction.atomic
def forgive_names(*, by: Actor, account: Account, names: Iterable[str], reason: str) -> None:
    typed = {normalise_sign_in_name(name) for name in names}
    own = f"account:{account.pk}"
    attempts.forgive_all(account)
    throttle.forgive(
        [
            *(Gate(limit, name) for name in sorted(typed) for limit in (limits.NAME, limits.SOLVED)),
            *(Gate(limits.SERVICE_NAME, f"{service}|{name}") for name in sorted(typed) for service in limits.SERVICES),
            *(Gate(limit, own) for limit in UNLOCKED),
        ]
    )
    audit.record(by=by, action="identity.unlock", target=own, reason=reason)


@transaction.atomic
def require_new_password(*, by: Actor, account_id: int, reason: str) -> bool:
    """The present password opens nothing any more, sessions end; a new one is set after another proof (忘记密码, a passkey,
    the counter): who knows the old one may not be its owner. False where one is due already.
    """
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.state in CLOSED:
        raise AccountClosedError
    if account.state == Account.State.AWAITING_ACTIVATION:
        raise AccountHasNoPasswordError
    if account.is_password_due:
        return False
    history.take_away(account)
    sessions.end_others(by=by, account=account, but=None, how=SsoSession.End.CREDENTIALS_CHANGED)
    publish(PasswordRevoked(account_id=account.pk, person_id=account.person_id))
    audit.record(by=by, action="identity.require_new_password", target=f"account:{account.pk}", reason=reason)
    return True


@transaction.atomic
def sign_out(*, by: Actor, account_id: int, reason: str = "", public_id: UUID | None = None) -> int:
    """End one session of the account, or all of them; how many."""
    account = Account.objects.get(pk=account_id)
    found = SsoSession.objects.filter(account=account, ended_at=None)
    if public_id is not None:
        found = found.filter(public_id=public_id)
    ended = sessions.end_sessions(by=by, sessions=found, how=SsoSession.End.ENDED_BY_CLERK)
    if ended:
        facts = {"sessions": ended}
        audit.record(by=by, action="identity.sign_out_for", target=f"account:{account.pk}", reason=reason, facts=facts)
    return ended
