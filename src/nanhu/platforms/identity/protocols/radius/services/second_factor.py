"""The second factor where there is no page: the six digits of the authenticator app follow the password in the same field.

For applications of which the registry says 要求两步验证. An app password opens nothing there: it would be one factor alone.
"""

from contextlib import suppress
from typing import Final

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity.factors.errors import WrongCodeError
from nanhu.platforms.identity.factors.services import attempts, totp
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.rules import normalise_password
from nanhu.platforms.identity.services import sign_in

DIGITS: Final = 6


def account_with_code(*, by: Actor, typed_name: str, password: str, service: str) -> Account | None:
    """The password is looked at first and at the same price, whether digits follow it or not: refusals are all alike. Codes have the
    gates of the second step, so that who knows the password does not guess them."""
    typed = normalise_password(password)
    secret, code = typed[:-DIGITS], typed[-DIGITS:]
    account = sign_in.verify_for_service(by=by, typed_name=typed_name, password=secret or typed, service=service)
    if account is None:
        return None
    with suppress(WrongCodeError), attempts.counted(by=by, account=account):
        if not totp.use(account=account, code=code):
            raise WrongCodeError
        return account
    return None
