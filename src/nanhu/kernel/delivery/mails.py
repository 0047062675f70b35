"""Mails that any room sends: kept encrypted in the caller's transaction, then taken to the SMTP server of `NANHU_MAIL_SERVER`.

A crash between the server's answer and our row repeats one mail at most and loses none. One that no server will ever take is
given up and holds up no other.
"""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import partial
from urllib.parse import SplitResult, unquote, urlsplit

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import mask_mail
from nanhu.kernel.delivery.messages import CHANNEL
from nanhu.kernel.models import MailMessage
from nanhu.kernel.pauses import doubling
from nanhu.kernel.retries import Again, Answer, Done, Never, Retries, drive, wake
from nanhu.kernel.retries.answers import Outside

PATIENCE_SECONDS = 20
GIVES_UP_AFTER = timedelta(days=3)
REFUSED_FOR_GOOD = 500
NO_SERVER = "NANHU_MAIL_SERVER"
State = MailMessage.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to be."""

    email: str
    subject: str
    text: str


def send_mail(*, email: str, subject: str, text: str) -> None:
    """In the caller's transaction: what is rolled back is not sent."""
    MailMessage.objects.create(email=email, subject=subject, text=text, email_masked=mask_mail(email), due_at=now())
    wake(CHANNEL)


def send_mails(letters: Sequence[Letter]) -> list[int]:
    """Many at once, and under which numbers they wait (`fates_of`)."""
    moment = now()
    rows = MailMessage.objects.bulk_create(
        MailMessage(
            email=one.email,
            subject=one.subject,
            text=one.text,
            email_masked=mask_mail(one.email),
            due_at=moment,
        )
        for one in letters
    )
    wake(CHANNEL)
    return [row.pk for row in rows]


def fates_of(numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
    """State and error of what `send_mails` gave to be sent; what was forgotten is absent."""
    rows = MailMessage.objects.filter(pk__in=numbers).values_list("pk", "state", "error")
    return {pk: (state, error) for pk, state, error in rows}


def step(waiting: MailMessage) -> Answer | Outside:
    if not configuration().mail_server:
        return Again(NO_SERVER)
    try:
        return partial(hand_over, letter_of(waiting))
    except ValueError as error:
        return Never(f"{type(error).__name__}: {error}")


def hand_over(letter: EmailMessage) -> Answer:
    """Who refuses with 5xx will not take it later either (RFC 5321, 4.2.1)."""
    try:
        with connected(urlsplit(configuration().mail_server)) as server:
            server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return refused(code, words)
    except smtplib.SMTPDataError as error:
        return refused(error.smtp_code, error.smtp_error)
    return Done({"state": State.SENT, "sent_at": now()})


def refused(code: int, words: bytes | str) -> Answer:
    reason = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    return Never(reason) if code >= REFUSED_FOR_GOOD else Again(reason)


def letter_of(waiting: MailMessage) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = configuration().mail_from, waiting.email, waiting.subject
    letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=configuration().mail_from.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(waiting.text)
    return letter


def connected(address: SplitResult) -> smtplib.SMTP:
    """smtps:// speaks TLS from the first byte, smtp:// must be able to start it; smtp+plain:// is for a mail server on
    this very machine."""
    host = address.hostname or "localhost"
    if address.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, address.port or 465, timeout=PATIENCE_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, address.port or 25, timeout=PATIENCE_SECONDS)
        if address.scheme == "smtp":
            server.starttls(context=ssl.create_default_context())
    if address.username:
        server.login(unquote(address.username), unquote(address.password or ""))
    return server


def until(waiting: MailMessage) -> datetime:
    return waiting.created_at + GIVES_UP_AFTER


MAILS = Retries(
    model=MailMessage,
    step=step,
    pause=doubling("5s", "30min"),
    until=until,
    given_up=lambda: {"state": State.FAILED},
    lease=timedelta(seconds=90),
)
send_due = partial(drive, MAILS)
