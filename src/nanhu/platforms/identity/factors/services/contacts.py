"""A code to the verified phone (短信验证码): the weaker second factor. It is no factor for administrators."""

import secrets
from datetime import timedelta
from hmac import compare_digest

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index, mask_phone
from nanhu.platforms.identity import sms
from nanhu.platforms.identity.factors.errors import NoVerifiedContactError
from nanhu.platforms.identity.factors.models import ContactCode, ContactFactor
from nanhu.platforms.identity.factors.services import attempts
from nanhu.platforms.identity.models import Account, RecoveryContact
from nanhu.platforms.identity.services import throttle
from nanhu.platforms.identity.services.throttle import Gate

LIFE = timedelta(minutes=10)
DIGITS = 6


def verified_phone(account: Account) -> str:
    """The phone its owner proved to hold; empty when there is none."""
    contact = RecoveryContact.objects.filter(account=account, phone_verified_at__isnull=False).first()
    return str(contact.phone or "") if contact is not None else ""


def is_wanted(account: Account) -> bool:
    return ContactFactor.objects.filter(account=account).exists()


@transaction.atomic
def turn_on(*, by: Actor, account: Account) -> None:
    if not verified_phone(account):
        raise NoVerifiedContactError
    _row, is_new = ContactFactor.objects.get_or_create(account=account)
    if is_new:
        audit.record(by=by, action="identity.add_contact_factor", target=f"account:{account.pk}")


def fingerprint(*, account_id: int, code: str) -> bytes:
    return blind_index(f"{account_id}|{code.strip()}", purpose="identity.contact_code")


def send(*, by: Actor, account: Account) -> str:
    """The masked phone it went to. Only so many messages in an hour."""
    phone = verified_phone(account)
    if not phone:
        raise NoVerifiedContactError
    throttle.admit([Gate(attempts.SENDING, f"account:{account.pk}")])
    code = "".join(secrets.choice("0123456789") for _digit in range(DIGITS))
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        moment = now()
        ContactCode.objects.filter(account=account, used_at=None).update(used_at=moment)
        ContactCode.objects.create(
            account=account, code_hash=fingerprint(account_id=account.pk, code=code), expires_at=moment + LIFE
        )
        sms.gateway.send(
            phone=phone, text=_("您的登录验证码是 %(code)s，10 分钟内有效。请勿告诉任何人。") % {"code": code}
        )
        audit.record(by=by, action="identity.send_contact_code", target=f"account:{account.pk}")
    return mask_phone(phone)


def use(*, account: Account, code: str) -> bool:
    """One try of the code under way; of two who bring it at once, one gets in."""
    alive = ContactCode.objects.filter(account=account, used_at=None, expires_at__gt=now())
    if alive.filter(tries_left__gt=0).update(tries_left=F("tries_left") - 1) != 1:
        return False
    found = alive.first()
    if found is None or not compare_digest(bytes(found.code_hash), fingerprint(account_id=account.pk, code=code)):
        return False
    return alive.filter(pk=found.pk).update(used_at=now()) == 1
