"""Messages as text messages (短信): only what is urgent, and of that so many a day and person."""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, start_of
from nanhu.kernel.configuration import configuration
from nanhu.kernel.delivery.texts import fates_of, send_text
from nanhu.kernel.models import SmsMessage
from nanhu.kernel.registry import MessageBatch, MessageOutcome, MessageRecipient
from nanhu.platforms.messages.channels.mail import looked
from nanhu.platforms.messages.models import Delivery
from nanhu.platforms.messages.models.messages import Kind
from nanhu.platforms.people import api as people

BY: Final = Actor.system("messages.sms")
MOST_A_DAY: Final = 5
"""Of one person; what warns of danger goes beside them."""
LONGEST: Final = 200
NO_PHONE, TOO_MANY, UNREADABLE = "no phone", "too many text messages today", "the phone number cannot be read"
log = logging.getLogger(__name__)


def is_on() -> bool:
    return bool(configuration().sms_provider or configuration().demo)


def reaches(person_ids: Collection[int]) -> set[int]:
    return people.with_phone(person_ids)


def send(batch: MessageBatch) -> Mapping[int, MessageOutcome]:
    """Into the text messages' own outbox, in the caller's transaction."""
    had = {} if batch.kind == Kind.SAFETY else sent_today({one.person_id for one in batch.recipients})
    return {one.delivery_id: tried(batch, one, had.get(one.person_id, 0)) for one in batch.recipients}


def tried(batch: MessageBatch, to: MessageRecipient, had: int) -> MessageOutcome:
    """A number that cannot be opened takes no other along."""
    try:
        with transaction.atomic():
            return send_one(batch, to, had)
    except Exception:
        log.exception("person %s gets no text message", to.person_id)
        return MessageOutcome(state="failed", reason=UNREADABLE)


def send_one(batch: MessageBatch, to: MessageRecipient, had: int) -> MessageOutcome:
    if had >= MOST_A_DAY:
        return MessageOutcome(state="failed", reason=TOO_MANY)
    phone = people.phone_of(to.person_id, by=BY, purpose="发送紧急消息")
    if not phone:
        return MessageOutcome(state="failed", reason=NO_PHONE)
    number = send_text(phone=phone, text=text_of(batch))
    return MessageOutcome(state="handed_over", reference=str(number))


def text_of(batch: MessageBatch) -> str:
    stop = ". " if batch.language == "en" else "。"
    return (batch.title if batch.text.startswith(batch.title) else f"{batch.title}{stop}{batch.text}")[:LONGEST]


def sent_today(person_ids: Collection[int]) -> dict[int, int]:
    """What was given away counts, whatever became of it: it is paid for."""
    gone = (
        Delivery.objects.exclude(reference="")
        .filter(
            channel="sms",
            entry__person__in=person_ids,
            created_at__gte=start_of(campus_today()),
        )
        .exclude(entry__message__kind=Kind.SAFETY)
    )
    found: dict[int, int] = {}
    for person_id in gone.values_list("entry__person_id", flat=True):
        found[person_id] = found.get(person_id, 0) + 1
    return found


def look(references: Sequence[str]) -> Mapping[str, MessageOutcome]:
    return looked(references, fates_of, delivered=SmsMessage.State.DELIVERED)
