"""Text messages (短信) that any room sends: kept encrypted in the caller's transaction, then handed to the school's provider.

A one-time code that is not out while it counts is given up: nobody shall get one that opens nothing. What was handed over is
asked after until it has arrived. A crash between the provider's answer and our row repeats one message at most and loses none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.utils.translation import gettext_lazy

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.crypto import mask_phone
from nanhu.kernel.delivery import DeliveryError, Provider, TextMessage, provider
from nanhu.kernel.delivery.choice import IncompleteError
from nanhu.kernel.delivery.messages import CHANNEL
from nanhu.kernel.models import SmsMessage
from nanhu.kernel.pauses import listed
from nanhu.kernel.retries import Again, Answer, Done, Never, Retries, drive, wake
from nanhu.kernel.retries.answers import Outside

CODE_LIFE, NOTICE_LIFE = timedelta(minutes=10), timedelta(hours=24)
LOOKS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200))
"""Between one question after a message and the next; then nobody asks any more."""
LATE = gettext_lazy("过期未发出")
NO_PROVIDER = gettext_lazy("没有配置短信服务商")
State = SmsMessage.State


def send_text(*, phone: str, text: str, code: str = "") -> int:
    """In the caller's transaction: what is rolled back is not sent. `code`: the one-time code in the text, if there is one. The number
    under which it waits (`fates_of`)."""
    moment = now()
    waiting = SmsMessage.objects.create(
        phone=phone,
        text=text,
        code=code or None,
        phone_masked=mask_phone(phone),
        due_at=moment,
        expires_at=moment + (CODE_LIFE if code else NOTICE_LIFE),
    )
    wake(CHANNEL)
    return waiting.pk


def fates_of(numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
    """State and error of what `send_text` gave to be sent; what was forgotten is absent."""
    rows = SmsMessage.objects.filter(pk__in=numbers).values_list("pk", "state", "error")
    return {pk: (state, error) for pk, state, error in rows}


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


def step(message: SmsMessage) -> Answer | Outside:
    known = line()
    if message.state == State.SENT:
        return partial(ask_after, message, known.provider)
    if now() >= message.expires_at:
        return Never(message.error or str(LATE))
    if known.provider is None:
        return Again(known.reason)
    words = TextMessage(phone=str(message.phone), text=str(message.text), code=str(message.code or ""))
    return partial(hand_over, known.provider, words)


def hand_over(to: Provider, words: TextMessage) -> Answer:
    try:
        reference = to.send(words)
    except DeliveryError as refused:
        return Never(refused.reason or "refused") if refused.is_final else Again(refused.reason or "failed")
    sent = {"state": State.SENT, "sent_at": now(), "reference": reference[:80]}
    return Done(sent, then=LOOKS[0] if reference else None)


def ask_after(message: SmsMessage, at: Provider | None) -> Answer:
    """Nobody knows, also where the provider cannot be asked."""
    unknown = Again(after=LOOKS[message.attempts]) if message.attempts < len(LOOKS) else Done()
    if at is None or message.sent_at is None:
        return unknown
    day = campus_time(message.sent_at).date()
    try:
        report = at.report(phone=str(message.phone), reference=message.reference, sent_on=day)
    except DeliveryError:
        return unknown
    if report is None:
        return unknown
    if report.fate == "failed":
        return Never(report.reason or report.fate)
    return Done({"state": State.DELIVERED, "ended_at": now()})


def until(message: SmsMessage) -> datetime | None:
    return message.expires_at if message.state == State.QUEUED else None


TEXTS = Retries(
    model=SmsMessage,
    step=step,
    pause=listed("5s", "15s", "1min", "3min", "10min", "30min"),
    until=until,
    given_up=lambda: {"state": State.FAILED, "ended_at": now()},
    lease=timedelta(seconds=60),
)
send_due = partial(drive, TEXTS)
