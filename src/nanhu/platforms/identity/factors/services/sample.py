"""A second factor for the sample campus's printed administrators. Refused outside it."""

import base64
from datetime import datetime

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import blind_index
from nanhu.platforms.identity.errors import DemoOnlyError
from nanhu.platforms.identity.factors.models import TotpFactor
from nanhu.platforms.identity.factors.services import totp
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.services.sign_in import account_with

SECRET_BYTES = 20


@transaction.atomic
def give_totp_for_sample(*, by: Actor, campus_no: str, secret: str = "") -> str:
    """The secret given: the demo's own for this number unless the caller brings one. Twice is harmless: its last code
    stays spent."""
    if not configuration().demo:
        raise DemoOnlyError
    account = Account.objects.select_for_update().get(pk=account_with(campus_no).pk)
    secret = secret or secret_of(account)
    present = TotpFactor.objects.filter(account=account, confirmed_at__isnull=False).first()
    if present is None or present.secret != secret:
        TotpFactor.objects.filter(account=account).delete()
        TotpFactor.objects.create(account=account, secret=secret, confirmed_at=now())
        audit.record(by=by, action="identity.set_sample_totp", target=f"account:{account.pk}")
    return secret


def secret_of(account: Account) -> str:
    """Of this campus and this account: the demo can tell its own factors from those people set up for themselves."""
    kept = blind_index(f"account:{account.pk}", purpose="identity.sample_totp")
    return base64.b32encode(kept[:SECRET_BYTES]).decode()


def unspent_code(factor: TotpFactor, moment: datetime) -> str:
    """A code that opens the second step now; empty when even the next one is spent, for some seconds."""
    current = totp.step_of(moment)
    step = max(current, factor.last_step + 1)
    return totp.code_at(str(factor.secret), step) if step <= current + 1 else ""


def sample_factors() -> list[TotpFactor]:
    """Those that the demo gave; a secret somebody set up for himself in the demo is nobody else's to see."""
    if not configuration().demo:
        raise DemoOnlyError
    found = TotpFactor.objects.filter(confirmed_at__isnull=False).select_related("account").order_by("pk")
    return [factor for factor in found if factor.secret == secret_of(factor.account)]
