"""Reading a mail with suspicion: who wrote, and the two files that the office asks for (manual §5.4.5). Pure."""

from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from typing import Final

from nanhu.kernel.folding import one_line

LARGEST: Final = 150 * 1024 * 1024
LONGEST_SUBJECT: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`sheets` and `archives` are contents of the attachments that end so; anything else is left alone."""

    sender: str
    subject: str
    sheets: tuple[bytes, ...] = ()
    archives: tuple[bytes, ...] = ()
    is_automatic: bool = False


def read(content: bytes) -> Letter | None:
    """None where it is no mail at all, or one without a sender."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(content)
        sender = parseaddr(str(message.get("From", "")))[1].strip().lower()
        if not isinstance(message, EmailMessage) or "@" not in sender:
            return None
        return Letter(
            sender=sender[:200],
            subject=plain(str(message.get("Subject", ""))),
            sheets=ending(message, ".xlsx"),
            archives=ending(message, ".zip"),
            is_automatic=is_automatic(message),
        )
    except (MessageError, ValueError, LookupError, AttributeError, IndexError, TypeError):
        return None


def ending(message: EmailMessage, wanted: str) -> tuple[bytes, ...]:
    found = []
    for part in message.walk():
        name = part.get_filename() or ""
        content = part.get_payload(decode=True) if name.lower().endswith(wanted) else None
        if isinstance(content, bytes) and content:
            found.append(content)
    return tuple(found)


def is_automatic(message: EmailMessage) -> bool:
    """RFC 3834: bounces and absence notes are not answered, or two machines write to each other for ever."""
    told = (
        str(message.get("Auto-Submitted", "no")).lower() != "no" or str(message.get("Return-Path", "")).strip() == "<>"
    )
    return told or str(message.get("Precedence", "")).lower() in {"bulk", "list", "junk"}


def plain(text: str) -> str:
    return one_line(text)[:LONGEST_SUBJECT]
