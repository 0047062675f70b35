"""The code of a second factor as the app of its owner shows it."""

from time import sleep

from nanhu.kernel.clock import now
from nanhu.platforms.identity.factors.models import TotpFactor
from nanhu.platforms.identity.factors.services.sample import unspent_code
from nanhu.platforms.identity.services.sign_in import account_with


def sample_code(*, campus_no: str) -> str:
    """Of somebody who was given a sample factor, once there is one that nobody used."""
    factor = TotpFactor.objects.get(account=account_with(campus_no), confirmed_at__isnull=False)
    while not (code := unspent_code(factor, now())):
        sleep(1)
    return code
