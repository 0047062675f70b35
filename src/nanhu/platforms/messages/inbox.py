"""What a person reads: messages and notices in one list, and how many of either are unread (the bell's number)."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, TextField, Value
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Owner, Viewer, task_lists
from nanhu.platforms.messages import queries
from nanhu.platforms.messages.errors import MessageNotFoundError
from nanhu.platforms.messages.models import Entry, Notice
from nanhu.platforms.messages.models.messages import Kind

log = logging.getLogger(__name__)
SHOWN: Final[dict[str, str | Promise]] = {
    "unread": _("未读"),
    "notice": _("公告"),
    "message": _("消息"),
    "task": _("待办"),
}
COLUMNS: Final = ("what", "public_id", "title", "text", "at", "is_unread", "is_pressing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message or a notice as the list shows it."""

    what: str
    public_id: UUID
    title: str
    text: str
    at: datetime
    is_unread: bool
    is_pressing: bool

    @property
    def url(self) -> str:
        return reverse("messages:notice" if self.what == "notice" else "inbox:open", args=[self.public_id])

    @property
    def icon(self) -> str:
        return ICONS.get(self.what, "mail")

    @property
    def kind(self) -> str | Promise:
        return Kind(self.what).label


ICONS: Final = {
    "notice": "megaphone",
    "task": "list-todo",
    "service": "concierge-bell",
    "money": "wallet",
    "safety": "shield-alert",
}


def entries_of(person_id: Any) -> QuerySet[Entry]:
    """What stands in a person's list; what was taken back does not."""
    return Entry.objects.filter(person_id=person_id, is_hidden=False, message__withdrawn_at=None)


def unread_entries(person_id: Any) -> QuerySet[Entry]:
    return entries_of(person_id).filter(read_at=None)


unread_messages = own_count("messages.Entry", unread_entries)
"""Counted along with what waits for the viewer in all rooms."""


def entry_for(viewer: Viewer, public_id: UUID) -> Entry:
    """His own by the number of the message, also what only went out; another's is not there."""
    rows = Entry.objects.select_related("message").filter(message__public_id=public_id, message__withdrawn_at=None)
    found = rows.filter(person_id=viewer.person_id).first() if viewer.person_id is not None else None
    if found is None:
        raise MessageNotFoundError
    return found


def lines_of(viewer: Viewer, show: str) -> QuerySet[Any]:
    """The newest first, of both kinds, as rows of COLUMNS."""
    messages = message_lines(viewer.person_id, show, tail())
    notices = notice_lines(queries.visible_to(viewer), queries.is_unread_by(viewer), show)
    if show == "notice":
        return notices.order_by("-at", "public_id")
    if show in {"message", "task"}:
        return messages.order_by("-at", "public_id")
    return messages.union(notices, all=True).order_by("-at", "public_id")


def tail() -> str:
    """Ends the names of the columns in which messages stand in the reader's language."""
    return "_en" if (get_language() or "").startswith("en") else ""


def message_lines(person_id: Any, show: str, tail: str) -> QuerySet[Any]:
    rows = unread_entries(person_id) if show == "unread" else entries_of(person_id)
    if show in {"message", "task"}:
        is_task = Q(message__kind=Kind.TASK)
        rows = rows.filter(is_task if show == "task" else ~is_task)
    return rows.annotate(
        what=F("message__kind"),
        public_id=F("message__public_id"),
        title=F(f"message__title{tail}"),
        text=F(f"message__text{tail}"),
        at=F("created_at"),
        is_unread=ExpressionWrapper(Q(read_at=None), output_field=BooleanField()),
        is_pressing=ExpressionWrapper(Q(message__urgency="now"), output_field=BooleanField()),
    ).values_list(*COLUMNS)


def notice_lines(visible: QuerySet[Notice], unread: Q, show: str) -> QuerySet[Any]:
    rows = visible.filter(unread) if show == "unread" else visible
    return rows.annotate(
        what=Value("notice", TextField()),
        text=Value("", TextField()),
        at=F("published_at"),
        is_unread=ExpressionWrapper(unread, output_field=BooleanField()),
        is_pressing=F("must_read"),
    ).values_list(*COLUMNS)


def lines(rows: Iterable[tuple[Any, ...]]) -> list[Line]:
    return [Line(**dict(zip(COLUMNS, row, strict=True))) for row in rows]


def newest_unread(viewer: Viewer, limit: int) -> list[Line]:
    """For every home, so the query is made once."""
    return lines(_newest_unread(limit, tail())(person=viewer.person_id or 0, **queries.parameters_of(viewer)))


@cache
def _newest_unread(limit: int, tail: str) -> Prepared[Any]:
    messages, notices = message_lines(Given("person"), "unread", tail), notice_lines(*queries.given(), "unread")
    return Prepared(lambda: messages.union(notices, all=True).order_by("-at", "public_id")[:limit])


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is unread, and what waits (`tasks_of`)."""

    unread: int
    tasks: int


def figures_of(viewer: Viewer) -> Figures:
    return Figures(unread=unread_of(viewer), tasks=sum(one.count for one in tasks_of(viewer)))


def unread_of(viewer: Viewer) -> int:
    """Messages and notices: what bell, tile, list and the icon of the app say. Counted once a request."""
    own = unread_messages(viewer) if viewer.person_id is not None else 0
    return own + viewer.once("messages.notices", lambda: queries.count_unread(viewer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """What waits for the viewer: how many, and where."""

    title: str | Promise
    count: int
    url: str


def tasks_of(viewer: Viewer) -> list[Tasks]:
    """Counted once a request."""
    return viewer.once("messages.tasks", lambda: list(counted_tasks(viewer)))


def counted_tasks(viewer: Viewer) -> Iterable[Tasks]:
    """A room that fails takes nobody's number away."""
    for one in task_lists:
        try:
            yield Tasks(title=one.title, count=one.count(viewer), url=one.url())
        except Exception:
            log.exception("what waits in %s could not be counted", one.title)


def records_of(owner: Owner, since: datetime | None) -> Iterable[Mapping[str, Any]]:
    """The person's messages, for the copy of his data."""
    rows = entries_of(owner.person_id).select_related("message").order_by("-created_at")
    for one in rows.filter(created_at__gte=since) if since else rows:
        yield {
            "at": one.created_at.isoformat(),
            "kind": str(one.message.get_kind_display()),
            "title": one.message.title,
            "text": one.message.text,
            "read_at": one.read_at.isoformat() if one.read_at else None,
        }
