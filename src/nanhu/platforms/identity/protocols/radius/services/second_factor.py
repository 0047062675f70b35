"""The second factor where there is no page: the six digits of the authenticator app, asked for by a challenge (RFC 2865 §2.2) after the
password, or following the password in the same field where a gateway knows no challenges.

For applications of which the registry says 要求两步验证. An app password opens nothing there: it would be one factor alone.
"""

from contextlib import suppress
from typing import Final

from django.core import signing

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity.factors.errors import WrongCodeError
from nanhu.platforms.identity.factors.services import attempts, totp
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.rules import normalise_password, normalise_sign_in_name
from nanhu.platforms.identity.services import sign_in

DIGITS: Final = 6
SALT: Final = "identity.radius_challenge"
ANSWERED_WITHIN: Final = 120
"""Seconds between the password and its code."""


def parted(password: str) -> tuple[str, str]:
    """As the password and the code behind it, if it ends in one."""
    typed = normalise_password(password)
    return typed[:-DIGITS] or typed, typed[-DIGITS:]


def may_hold_code(password: str) -> bool:
    return password[-DIGITS:].isdecimal()


def account_with_code(
    *, by: Actor, typed_name: str, password: str, service: str, is_last: bool = True
) -> Account | None:
    """The password is looked at first and at the same price, whether digits follow it or not: refusals are all alike. Codes have the
    gates of the second step, so that who knows the password does not guess them. Not `is_last`: `account_to_ask` looks after it."""
    secret, code = parted(password)
    account = sign_in.verify_for_service(
        by=by, typed_name=typed_name, password=secret, service=service, is_last=is_last
    )
    return account if account is not None and has_code(by=by, account=account, code=code) else None


def account_to_ask(*, by: Actor, typed_name: str, password: str, service: str) -> Account | None:
    """Whoever proved the password alone and has an authenticator app. One that ends in six digits was first taken for shorter."""
    misread = parted(password)[0] if may_hold_code(password) else ""
    account = sign_in.verify_for_service(
        by=by, typed_name=typed_name, password=password, service=service, misread=misread
    )
    return account if account is not None and totp.live(account) is not None else None


def sealed(*, by: Actor, account: Account) -> str:
    """State of a challenge: who proved which password, from where, at which door. It is no secret and opens nothing without a code, which
    opens once."""
    return signing.dumps([account.pk, *proof_of(by, account)], salt=SALT)


def account_answering(*, by: Actor, typed_name: str, state: str, code: str) -> Account | None:
    """Whoever sends the code to a challenge of ours: under the same name, from the same place, while his password is the same."""
    try:
        pk, *proof = signing.loads(state, salt=SALT, max_age=ANSWERED_WITHIN)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    account = sign_in.account_of_name(normalise_sign_in_name(typed_name))
    if account is None or account.pk != pk or account.state != Account.State.ACTIVE or proof != proof_of(by, account):
        return None
    return account if has_code(by=by, account=account, code=code.strip()) else None


def proof_of(by: Actor, account: Account) -> list[str]:
    changed_at = account.password_changed_at
    return [by.name, by.address, changed_at.isoformat() if changed_at else ""]


def has_code(*, by: Actor, account: Account, code: str) -> bool:
    with suppress(WrongCodeError), attempts.counted(by=by, account=account):
        if not totp.use(account=account, code=code):
            raise WrongCodeError
        return True
    return False
