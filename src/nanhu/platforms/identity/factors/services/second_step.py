"""Trying a second factor: one function for TOTP, the code by SMS and the code on paper."""

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity.factors.errors import WrongCodeError
from nanhu.platforms.identity.factors.services import attempts, contacts, recovery_codes, totp
from nanhu.platforms.identity.factors.services.overview import CONTACT, RECOVERY, TOTP, Factors
from nanhu.platforms.identity.models import Account

METHODS = {TOTP: "otp", CONTACT: "sms", RECOVERY: "otp"}
"""What RFC 8176 calls them."""


def try_code(
    *, by: Actor, account: Account, factors: Factors, way: str, code: str, known_browser: str, application: str = ""
) -> str:
    """The name of the method that was proved; a way that is not offered to this account is a wrong code."""
    how = METHODS.get(way, way)
    with attempts.counted(by=by, account=account, known_browser=known_browser, how=how, application=application):
        if way not in factors.ways or not fits(by=by, account=account, way=way, code=code):
            raise WrongCodeError
    return METHODS[way]


def fits(*, by: Actor, account: Account, way: str, code: str) -> bool:
    if way == TOTP:
        return totp.use(account=account, code=code)
    if way == CONTACT:
        return contacts.use(account=account, code=code)
    return way == RECOVERY and recovery_codes.use(by=by, account=account, code=code)
