"""Contacts (找回用的手机和邮箱): changed by their owner with password and code, and settled after a day.

Whoever holds a stolen session and the password could otherwise move the contact and take the account for good: the old
contact is told at once, and the new one brings no password back before its owner had a day to object.
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
from nanhu.kernel.crypto import blind_index, mask_mail, mask_phone
from nanhu.kernel.delivery.mails import send_mail
from nanhu.kernel.delivery.texts import send_text
from nanhu.kernel.school import school
from nanhu.kernel.throttle import Gate
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.channels import Channel, notify, verified_channels
from nanhu.platforms.identity.models import Account, RecoveryContact
from nanhu.platforms.identity.recovery.errors import ContactRefusedError
from nanhu.platforms.identity.recovery.models import ContactChange, ContactKind
from nanhu.platforms.identity.services import contact_names, credentials, limits

SETTLES_AFTER = timedelta(hours=24)
CODE_LIFE = timedelta(minutes=10)

__all__ = ["Channel", "notify", "verified_channels"]


def masked(kind: str, address: str) -> str:
    return mask_mail(address) if kind == ContactKind.MAIL else mask_phone(address)


def code_hash(change_of: int, kind: str, code: str) -> bytes:
    return blind_index(f"{change_of}|{kind}|{code.strip()}", purpose="identity.contact_code")


def ask_change(*, by: Actor, account: Account, kind: ContactKind, address: str, password: str) -> str:
    """The password once more, then a code to the new address; the masked address for the page. Nothing changes yet."""
    credentials.reauthenticate(account=account, password=password)
    throttle.admit([Gate(limits.CODES, f"account:{account.pk}")])
    code = f"{secrets.randbelow(10**6):06}"
    moment = now()
    with transaction.atomic():
        queries.hold(account)
        ContactChange.objects.filter(account=account, kind=kind, used_at=None).update(used_at=moment)
        ContactChange.objects.create(
            account=account,
            kind=kind,
            address=address,
            code_hash=code_hash(account.pk, kind, code),
            expires_at=moment + CODE_LIFE,
        )
        send_code(kind, address, code)
        audit.record(by=by, action="identity.ask_contact_change", target=target_of(account), facts={"kind": kind})
    return masked(kind, address)


def send_code(kind: ContactKind, address: str, code: str) -> None:
    text = _("您正在验证找回账号用的联系方式，验证码是 %(code)s，10 分钟内有效。请勿告诉他人。") % {"code": code}
    if kind == ContactKind.MAIL:
        send_mail(email=address, subject=_("验证您的邮箱"), text=text)
    else:
        send_text(phone=address, text=text, code=code)


def confirm_change(*, by: Actor, account: Account, kind: ContactKind, code: str) -> None:
    """The code came back: the contact is this one now. Of two who bring it at once, one changes it."""
    change = taken_try(account, kind)
    if not compare_digest(bytes(change.code_hash), code_hash(account.pk, kind, code)):
        facts = {"kind": kind}
        audit.record(by=by, action="identity.contact_code_refused", target=target_of(account), facts=facts)
        raise ContactRefusedError
    with transaction.atomic():
        queries.hold(account)
        if ContactChange.objects.filter(pk=change.pk, used_at=None).update(used_at=now()) != 1:
            raise ContactRefusedError
        reached = notify(account=account, text=change_notice(kind, change.address))
        put(account, kind, change.address, settles_at=now() + SETTLES_AFTER)
        audit.record(
            by=by, action="identity.change_contact", target=target_of(account), facts={"kind": kind, "told": reached}
        )


def taken_try(account: Account, kind: ContactKind) -> ContactChange:
    """Count one try before it is looked at."""
    living = ContactChange.objects.filter(
        account=account, kind=kind, used_at=None, expires_at__gt=now(), tries_left__gt=0
    )
    change = living.first()
    if change is None or living.filter(pk=change.pk).update(tries_left=F("tries_left") - 1) != 1:
        raise ContactRefusedError
    return change


def change_notice(kind: ContactKind, address: str) -> str:
    return _(
        "您统一身份账号的找回%(kind)s于 %(when)s 改为 %(masked)s，之后 24 小时起可用于重设密码。如非本人操作，请立即致电 %(phone)s。"
    ) % {
        "kind": kind.label,
        "when": dates.time_words(now()),
        "masked": masked(kind, address),
        "phone": school().info_centre_phone,
    }


@transaction.atomic
def verify_at_counter(*, by: Actor, account: Account, kind: ContactKind, reason: str = "") -> None:
    """The clerk saw document and device: the contact that stands there is verified and settled at once."""
    contact = RecoveryContact.objects.select_for_update().filter(account=account).first()
    address = contact and (contact.email if kind == ContactKind.MAIL else contact.phone)
    if not address:
        raise ContactRefusedError
    put(account, kind, address, settles_at=now())
    audit.record(
        by=by, action="identity.verify_contact", target=target_of(account), reason=reason, facts={"kind": kind}
    )


def put(account: Account, kind: ContactKind, address: str, *, settles_at: object) -> None:
    column = "email" if kind == ContactKind.MAIL else "phone"
    index = {} if kind == ContactKind.MAIL else {"phone_index": contact_names.index_of(address)}
    moment = now()
    RecoveryContact.objects.update_or_create(
        account=account,
        defaults={
            column: address,
            **index,
            f"{column}_verified_at": moment,
            f"{column}_settles_at": settles_at,
            "changed_at": moment,
        },
    )


def target_of(account: Account) -> str:
    return f"account:{account.pk}"
