"""Text messages of identity itself: a door of its own, since the message centre stands a floor above.

Each is kept, encrypted, in the caller's transaction, goes to the school's provider (`kernel.delivery`) once that transaction is
through, is tried again ever more slowly while the provider fails, and is asked after until it has arrived. A one-time code that
is not out while it counts is given up: nobody shall get one that opens nothing. A crash between the provider's answer and our row
repeats one message at most and loses none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db import connection
from django.utils.translation import gettext_lazy

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import mask_phone
from nanhu.kernel.delivery import DeliveryError, Provider, Report, TextMessage, provider
from nanhu.kernel.delivery.choice import IncompleteError
from nanhu.kernel.jobs import job
from nanhu.platforms.identity.models import SmsMessage

CODE_LIFE = timedelta(minutes=10)
NOTICE_LIFE = timedelta(hours=24)
LEASE = timedelta(seconds=60)
RETRIES = (5, 15, 60, 180, 600, 1800)
"""Seconds until a message is tried again; the last one over and over."""
LOOKS = (10, 60, 300, 1800, 7200)
"""Seconds between one question after a message and the next; then nobody asks any more."""
AT_ONCE = 200
LATE = gettext_lazy("过期未发出")
NO_PROVIDER = gettext_lazy("没有配置短信服务商")
TAKE = """
    UPDATE identity_sms_message SET next_at = %s, attempts = attempts + 1
    WHERE id = (SELECT id FROM identity_sms_message WHERE next_at <= %s ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""
State = SmsMessage.State


class SmsGateway(Protocol):
    def send(self, *, phone: str, text: str, code: str = "") -> None: ...


class OutboxGateway:
    """Keeps each message in the caller's transaction and asks for its delivery once that is through."""

    def send(self, *, phone: str, text: str, code: str = "") -> None:
        life = CODE_LIFE if code else NOTICE_LIFE
        SmsMessage.objects.create(
            phone=phone, text=text, code=code or None, phone_masked=mask_phone(phone), expires_at=now() + life
        )
        if configuration().sms_provider or configuration().demo:
            send_sms.defer()


gateway: SmsGateway = OutboxGateway()


@dataclass(frozen=True, slots=True)
class Line:
    """The provider, or why there is none."""

    provider: Provider | None = None
    reason: str = ""


def line() -> Line:
    try:
        found = provider()
    except IncompleteError as lacking:
        return Line(reason=f"{NO_PROVIDER}：{lacking}")
    return Line(found) if found else Line(reason=str(NO_PROVIDER))


@job("identity.send_sms", attempts=3)
def send_sms() -> None:
    turn()


@job("identity.follow_sms", every="* * * * *")
def follow_sms() -> None:
    """What is due again: the repeats, and the questions whether a message arrived."""
    turn()


def turn() -> int:
    """Do what is due, one message after the other; how many it were."""
    known = line()
    for done in range(AT_ONCE):
        if (found := taken()) is None:
            return done
        if found.state == State.QUEUED:
            hand_over(found, known)
        else:
            ask_after(found, known)
    send_sms.defer()
    return AT_ONCE


def taken() -> SmsMessage | None:
    """One that is due, leased to us: of two workers one has it, and it comes back if we die."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [now() + LEASE, now()])
        row = cursor.fetchone()
    return SmsMessage.objects.get(pk=row[0]) if row else None


def hand_over(message: SmsMessage, known: Line) -> None:
    moment = now()
    if moment >= message.expires_at:
        return give_up(message, message.reason or str(LATE))
    if known.provider is None:
        return again(message, moment, known.reason)
    words = TextMessage(phone=str(message.phone), text=str(message.text), code=str(message.code or ""))
    try:
        reference = known.provider.send(words)
    except DeliveryError as refused:
        return give_up(message, refused.reason) if refused.is_final else again(message, moment, refused.reason)
    next_at = moment + timedelta(seconds=LOOKS[0]) if reference else None
    return keep(
        message, state=State.SENT, sent_at=moment, reference=reference[:80], reason="", attempts=0, next_at=next_at
    )


def ask_after(message: SmsMessage, known: Line) -> None:
    moment = now()
    wait = LOOKS[message.attempts] if message.attempts < len(LOOKS) else None
    later = moment + timedelta(seconds=wait) if wait else None
    report = report_of(message, known)
    if report is None:
        return keep(message, next_at=later)
    if report.fate == "failed":
        return give_up(message, report.reason or report.fate)
    return keep(message, state=State.DELIVERED, next_at=None, ended_at=moment)


def report_of(message: SmsMessage, known: Line) -> Report | None:
    """Nobody knows, also where the provider cannot be asked."""
    if known.provider is None or message.sent_at is None:
        return None
    day = campus_time(message.sent_at).date()
    try:
        return known.provider.report(phone=str(message.phone), reference=message.reference, sent_on=day)
    except DeliveryError:
        return None


def again(message: SmsMessage, moment: datetime, reason: str) -> None:
    seconds = RETRIES[min(message.attempts - 1, len(RETRIES) - 1)]
    keep(message, next_at=min(moment + timedelta(seconds=seconds), message.expires_at), reason=reason[:200])


def give_up(message: SmsMessage, reason: str) -> None:
    keep(message, state=State.FAILED, next_at=None, ended_at=now(), reason=reason[:200])


def keep(message: SmsMessage, **changes: object) -> None:
    SmsMessage.objects.filter(pk=message.pk).update(**changes)
