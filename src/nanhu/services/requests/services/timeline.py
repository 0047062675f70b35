"""What each step of a request leaves behind: a line of its timeline and of the audit log (without its words), a message to who waits."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import lazy_filled
from nanhu.platforms.messages import api as messages
from nanhu.services.requests.models import Entry, Request
from nanhu.services.requests.models.requests import REPAIRS

What = Entry.What


def target_of(request: Request) -> str:
    return f"request:{request.number}"


OWN: Final = "own"
"""In the audit log's lines by a requester himself, in place of the number and of every kind alike: who may read that log may not read
who complained. The timeline has both."""


def note(
    by: Actor,
    request: Request,
    what: Entry.What,
    words: str = "",
    *,
    is_inner: bool = False,
    at: datetime | None = None,
) -> None:
    """`at`: when it was, as the system of a company says that is called by its name; now, where nobody says so."""
    said_by = {"who": by.name.removeprefix("vendor:"), "account_id": by.account_id, "at": at or now()}
    Entry.objects.create(request=request, what=what, words=words, is_inner=is_inner, **said_by)
    is_own = by.account_id is not None and by.account_id == request.account_id
    target = f"request:{OWN}" if is_own else target_of(request)
    audit.record(by=by, action=f"requests.{what}", target=target)


def locked(request: Request, states: Collection[str], rows: QuerySet[Request] | None = None) -> Request:
    """The row as it is now, until the transaction ends, if it is in one of these states."""
    every = Request.objects.all() if rows is None else rows
    found = (
        every.select_for_update(of=("self",)).select_related("place", "fault_class", "crew", "unit").get(pk=request.pk)
    )
    if found.state not in states:
        raise WrongStateError(what=Request.what, state=found.get_state_display())
    return found


def tell_requester(request: Request, words: Text) -> None:
    """And who follows it. Nobody of an anonymous one: there is no address."""
    followers = set(request.me_too.values_list("person_id", flat=True))
    persons = followers | ({request.person_id} if request.person_id else set())
    facts = {"words": words, "request": str(request.public_id)}
    messages.tell(persons, "requests.progress", facts)


def tell_crew(request: Request, words: Text) -> None:
    if request.crew_id is not None:
        members = request.crew.members.values_list("person_id", flat=True) if request.crew else ()
        tell(set(members), reverse("requests:work:jobs"), words, is_urgent=request.is_urgent)


def tell(person_ids: Iterable[int], address: str, words: Text, *, is_urgent: bool = False) -> None:
    """Whoever is to do something; the contents stay out of messages. Of danger at any hour, by text message as well."""
    urgency = "now" if is_urgent else "today"
    messages.tell(set(person_ids), "requests.work", {"words": words, "address": address}, urgency=urgency)


def said(request: Request, what: Text, /, **facts: object) -> Text:
    """ "报修 FW2026-000012 · 已派单"; of questions, complaints and reports alike "服务大厅 · 有了答复": subjects are read by many. `what` is
    a lazy text with these facts, so that each reads all of it in his own language."""
    is_repair = request.kind in REPAIRS
    about = format_lazy("{} {}", Request.Kind(request.kind).label, request.number) if is_repair else _("服务大厅")
    return format_lazy("{} · {}", about, lazy_filled(what, **facts))
