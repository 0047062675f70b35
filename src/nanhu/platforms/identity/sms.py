"""Text messages of identity itself: a door of its own, since the message centre stands a floor above.

`SmsGateway` is what a school's provider is adapted to. The one here writes to an outbox table; the demo shows it as
a phone, and a provider's adapter would send what lies there.
"""

from typing import Protocol

from nanhu.kernel.crypto import mask_phone
from nanhu.platforms.identity.models import SmsMessage


class SmsGateway(Protocol):
    def send(self, *, phone: str, text: str) -> None: ...


class OutboxGateway:
    """Keeps each message, encrypted, in the caller's transaction."""

    def send(self, *, phone: str, text: str) -> None:
        SmsMessage.objects.create(phone=phone, text=text, phone_masked=mask_phone(phone))


gateway: SmsGateway = OutboxGateway()
