"""The API of messages: one call that tells people by the channels of their choice (`tell`), and notices (校内公告)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.platforms.messages import queries
from nanhu.platforms.messages.body import body_html
from nanhu.platforms.messages.errors import (
    AttachmentRefusedError,
    NoticeExpiryError,
    NoticeNotFoundError,
    UnknownUnitError,
)
from nanhu.platforms.messages.events import NoticePublished
from nanhu.platforms.messages.overview import template_title
from nanhu.platforms.messages.services import attaching, importing, publishing, writing
from nanhu.platforms.messages.services.choosing import choose_language, language_of
from nanhu.platforms.messages.services.routing import deliver_due
from nanhu.platforms.messages.services.telling import recipients_since, take_back, tell
from nanhu.platforms.messages.services.writing import Wording

__all__ = [
    "AttachmentRefusedError",
    "NoticeExpiryError",
    "NoticeLine",
    "NoticeNotFoundError",
    "NoticePublished",
    "NoticeRef",
    "UnknownUnitError",
    "body_html",
    "choose_language",
    "deliver_due",
    "language_of",
    "latest_for_all",
    "publish_notice",
    "recipients_since",
    "take_back",
    "tell",
    "template_title",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRef:
    """A published notice, by its two names."""

    notice_id: int
    public_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """A notice as a list shows it."""

    public_id: UUID
    title: str
    published_at: datetime


def latest_for_all(limit: int = 10) -> list[NoticeLine]:
    """The newest notices meant for everybody: what an outside app may show as news of the school."""
    return [
        NoticeLine(public_id=one.public_id, title=one.title, published_at=one.published_at)
        for one in queries.meant_for_all()[:limit]
        if one.published_at is not None
    ]


@transaction.atomic
def publish_notice(
    *,
    by: Actor,
    title: str,
    body: str,
    audience: Literal["all", "students", "staff"] = "all",
    unit_codes: Sequence[str] = (),
    office_code: str = "",
    attachments: Sequence[tuple[str, bytes]] = (),
    expires_at: datetime | None = None,
    pinned: bool = False,
    must_read: bool = False,
) -> NoticeRef:
    """Write and publish in one step. `body` is Markdown; `attachments` are (name, content); no unit means everybody."""
    units = importing.unit_ids({code for code in (office_code, *unit_codes) if code})
    wording = Wording(
        title=title,
        body=body,
        office_id=units[office_code] if office_code else None,
        audience=audience,
        unit_ids=frozenset(units[code] for code in unit_codes),
        expires_at=expires_at,
        pinned=pinned,
        must_read=must_read,
    )
    draft = writing.start_draft(by=by, wording=wording)
    attaching.attach(by=by, notice_id=draft.pk, files=importing.files_of(attachments))
    publishing.publish(by=by, notice_id=draft.pk)
    return NoticeRef(notice_id=draft.pk, public_id=draft.public_id)
