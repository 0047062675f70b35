"""Mails of identity itself: as with text messages, a door of its own below the message centre.

`MailGateway` is what a school's mail service is adapted to. The one here keeps each mail, encrypted, in the caller's
transaction; the job `identity.send_mail` takes what lies there to the SMTP server of `NANHU_MAIL_SERVER`.
"""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.jobs import job
from nanhu.platforms.identity.recovery.models import MailMessage
from nanhu.platforms.identity.recovery.rules import mask_mail

PATIENCE_SECONDS = 20
AT_ONCE = 200


class MailGateway(Protocol):
    def send(self, *, email: str, subject: str, text: str) -> None: ...


class OutboxGateway:
    """Keeps each mail, encrypted, and asks for its delivery once the caller's transaction is through."""

    def send(self, *, email: str, subject: str, text: str) -> None:
        MailMessage.objects.create(email=email, subject=subject, text=text, email_masked=mask_mail(email))
        if configuration().mail_server:
            send_mail.defer()


gateway: MailGateway = OutboxGateway()


@job("identity.send_mail", attempts=10)
def send_mail() -> None:
    """Deliver what waits. One mail is one transaction, so that a crash repeats one mail at most and loses none."""
    if not configuration().mail_server:
        return
    with connected(urlsplit(configuration().mail_server)) as server:
        for _mail in range(AT_ONCE):
            if not deliver_one(server):
                return
    send_mail.defer()


@transaction.atomic
def deliver_one(server: smtplib.SMTP) -> bool:
    waiting = MailMessage.objects.select_for_update(skip_locked=True).filter(sent_at=None).order_by("id").first()
    if waiting is None:
        return False
    server.send_message(letter_of(waiting))
    MailMessage.objects.filter(pk=waiting.pk).update(sent_at=now())
    return True


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
