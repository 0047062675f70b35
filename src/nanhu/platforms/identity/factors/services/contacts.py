"""A code to the verified phone or mail (短信、邮件验证码): the weaker second factor, and none for administrators.

The contact must have settled: who changed it with a stolen session has to wait a day, and its owner is told.
"""

import secrets
from datetime import timedelta
from hmac import compare_digest

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from nanhu.kernel import audit, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.throttle import Gate
from nanhu.platforms.identity import channels, queries
from nanhu.platforms.identity.factors.errors import NoVerifiedContactError
from nanhu.platforms.identity.factors.models import ContactCode, ContactFactor
from nanhu.platforms.identity.factors.services import attempts
from nanhu.platforms.identity.models import Account

LIFE = timedelta(minutes=10)
DIGITS = 6


def channel_of(account: Account) -> channels.Channel | None:
    """What its owner proved to hold, the phone before the mail; what an office typed in does not count."""
    return next((one for one in channels.own_channels(account) if one.is_settled), None)


@transaction.atomic
def turn_on(*, by: Actor, account: Account) -> None:
    if channel_of(queries.hold(account)) is None:
        raise NoVerifiedContactError
    _row, is_new = ContactFactor.objects.get_or_create(account=account)
    if is_new:
        audit.record(by=by, action="identity.add_contact_factor", target=f"account:{account.pk}")


def fingerprint(*, account_id: int, code: str) -> bytes:
    return blind_index(f"{account_id}|{code.strip()}", purpose="identity.second_step_code")


def send(*, by: Actor, account: Account) -> str:
    """Where it went to, masked. Only so many messages in an hour."""
    channel = channel_of(account)
    if channel is None:
        raise NoVerifiedContactError
    throttle.admit([Gate(attempts.SENDING, f"account:{account.pk}")])
    code = "".join(secrets.choice("0123456789") for _digit in range(DIGITS))
    with transaction.atomic():
        queries.hold(account)
        moment = now()
        ContactCode.objects.filter(account=account, used_at=None).update(used_at=moment)
        ContactCode.objects.create(
            account=account, code_hash=fingerprint(account_id=account.pk, code=code), expires_at=moment + LIFE
        )
        channel.send(_("您的登录验证码是 %(code)s，10 分钟内有效。请勿告诉任何人。") % {"code": code}, code=code)
        audit.record(by=by, action="identity.send_contact_code", target=f"account:{account.pk}")
    return channel.masked


def use(*, account: Account, code: str) -> bool:
    """One try of the code under way; of two who bring it at once, one gets in."""
    alive = ContactCode.objects.filter(account=account, used_at=None, expires_at__gt=now())
    if alive.filter(tries_left__gt=0).update(tries_left=F("tries_left") - 1) != 1:
        return False
    found = alive.first()
    if found is None or not compare_digest(bytes(found.code_hash), fingerprint(account_id=account.pk, code=code)):
        return False
    return alive.filter(pk=found.pk).update(used_at=now()) == 1
