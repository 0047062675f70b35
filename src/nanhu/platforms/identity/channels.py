"""Channels (找回渠道): the verified ways by which a person can be reached, each able to send."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import mask_mail, mask_phone
from nanhu.kernel.delivery.mails import send_mail
from nanhu.kernel.delivery.texts import send_text
from nanhu.kernel.school import school
from nanhu.platforms.identity.models import Account, RecoveryContact
from nanhu.platforms.people import api as people

RECORD_PHONE, PHONE, MAIL = "record_phone", "phone", "mail"
BY = Actor.system("identity.recovery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """`kind` is "record_phone" (the office typed it in), "phone" or "mail" (a code came back). One that is not settled
    was changed less than a day ago, by its owner or in an office's file: it gets notices, it brings no password back and is no second
    factor yet."""

    kind: str
    masked: str
    is_settled: bool
    address: Callable[[], str] = field(repr=False)

    @property
    def is_mail(self) -> bool:
        return self.kind == MAIL

    def send(self, text: str, *, code: str = "") -> None:
        """Into the outbox, in the caller's transaction."""
        if self.is_mail:
            subject = _("%(school)s统一身份认证") % {"school": school().short_name}
            send_mail(email=self.address(), subject=subject, text=text)
        else:
            send_text(phone=self.address(), text=text, code=code)


def record_phone(person_id: int) -> Channel | None:
    """The phone in the golden record: the office vouches for it. Opening it for a message is written to the log."""
    card = people.person_card(person_id)
    if card is None or not card.phone_masked:
        return None
    return Channel(
        kind=RECORD_PHONE,
        masked=card.phone_masked,
        is_settled=people.is_phone_settled(person_id),
        address=lambda: people.phone_of(person_id, by=BY, purpose="找回账号或通知本人"),
    )


def own_channels(account: Account) -> list[Channel]:
    contact = RecoveryContact.objects.filter(account=account).first()
    found: list[Channel] = []
    if contact is None:
        return found
    if contact.phone and contact.phone_verified_at and contact.phone_settles_at:
        phone, settles_at = contact.phone, contact.phone_settles_at
        found.append(
            Channel(
                kind=PHONE,
                masked=mask_phone(phone),
                is_settled=settles_at <= now(),
                address=lambda: phone,
            )
        )
    if contact.email and contact.email_verified_at and contact.email_settles_at:
        email, settles_at = contact.email, contact.email_settles_at
        found.append(Channel(kind=MAIL, masked=mask_mail(email), is_settled=settles_at <= now(), address=lambda: email))
    return found


def verified_channels(account: Account) -> list[Channel]:
    """The phone on record first, then what the person verified."""
    office = record_phone(account.person_id)
    return [*([office] if office else []), *own_channels(account)]


@transaction.atomic
def notify(*, account: Account, text: str) -> int:
    """One notice to every verified channel (twice the same number gets it once); how many were told."""
    reached: set[str] = set()
    for channel in verified_channels(account):
        address = channel.address()
        if address not in reached:
            reached.add(address)
            channel.send(text)
    return len(reached)
