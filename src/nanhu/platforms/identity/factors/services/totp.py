"""TOTP (动态口令, RFC 6238): six digits every thirty seconds, each of them taken once."""

from datetime import datetime
from hmac import compare_digest

import pyotp
from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.factors.errors import WrongCodeError
from nanhu.platforms.identity.factors.models import TotpFactor
from nanhu.platforms.identity.models import Account

PERIOD_SECONDS = 30
STEPS_AROUND = (-1, 0, 1)
"""Clocks differ: the code before and the code after count too (RFC 6238 §5.2)."""
NOTHING = -1


def step_of(moment: datetime) -> int:
    return int(moment.timestamp()) // PERIOD_SECONDS


def code_at(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


def matching_step(secret: str, typed: str, moment: datetime) -> int | None:
    """The time step whose code was typed; every one of the three is compared."""
    current, found = step_of(moment), None
    for around in STEPS_AROUND:
        if compare_digest(code_at(secret, current + around).encode(), typed.encode()):
            found = current + around
    return found


def address_of(secret: str, *, name: str, issuer: str) -> str:
    """What the QR code says to the authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def live(account: Account) -> TotpFactor | None:
    return TotpFactor.objects.filter(account=account, confirmed_at__isnull=False).first()


@transaction.atomic
def waiting(account: Account, *, known: int | None) -> TotpFactor:
    """The secret that waits for its first code. Only the browser that it was shown to gets the same one again."""
    queries.hold(account)
    waits = TotpFactor.objects.filter(account=account, confirmed_at=None)
    found = waits.filter(pk=known).first() if known is not None else None
    if found is None:
        waits.delete()
        found = TotpFactor.objects.create(account=account, secret=pyotp.random_base32())
    return found


@transaction.atomic
def confirm(*, by: Actor, account: Account, known: int | None, code: str) -> TotpFactor:
    """The first code proves that the app holds the secret: from now on it counts, in place of the one before it."""
    queries.hold(account)
    factor = TotpFactor.objects.filter(account=account, confirmed_at=None, pk=known or NOTHING).first()
    step = matching_step(str(factor.secret), code, now()) if factor is not None else None
    if factor is None or step is None:
        raise WrongCodeError
    TotpFactor.objects.filter(account=account, confirmed_at__isnull=False).delete()
    factor.confirmed_at = factor.last_used_at = now()
    factor.last_step = step
    factor.save(update_fields=["confirmed_at", "last_used_at", "last_step"])
    audit.record(by=by, action="identity.add_totp", target=f"account:{account.pk}")
    return factor


def use(*, account: Account, code: str) -> bool:
    """Of two who bring the same code at once, one gets in."""
    factor = live(account)
    step = matching_step(str(factor.secret), code, now()) if factor is not None else None
    if factor is None or step is None:
        return False
    fresh = TotpFactor.objects.filter(pk=factor.pk, last_step__lt=step)
    return fresh.update(last_step=step, last_used_at=now()) == 1
