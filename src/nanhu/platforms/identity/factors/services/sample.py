"""A second factor for the sample campus's printed administrators. Refused outside it."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.errors import DemoOnlyError
from nanhu.platforms.identity.factors.models import TotpFactor
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.services.counter import account_with


@transaction.atomic
def give_totp_for_sample(*, by: Actor, campus_no: str, secret: str) -> None:
    """Giving the same secret twice is harmless: its last code stays spent."""
    if not configuration().demo:
        raise DemoOnlyError
    account = Account.objects.select_for_update().get(pk=account_with(campus_no).pk)
    present = TotpFactor.objects.filter(account=account, confirmed_at__isnull=False).first()
    if present is not None and present.secret == secret:
        return
    TotpFactor.objects.filter(account=account).delete()
    TotpFactor.objects.create(account=account, secret=secret, confirmed_at=now())
    audit.record(by=by, action="identity.set_sample_totp", target=f"account:{account.pk}")
