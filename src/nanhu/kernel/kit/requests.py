"""The request as a page of a console gets it: of somebody signed in, who may be here."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict

from nanhu.kernel import folding
from nanhu.kernel.actors import Actor, person_at
from nanhu.kernel.registry import Viewer
from nanhu.kernel.viewers import viewer_or_none

if TYPE_CHECKING:
    from nanhu.kernel.kit.pages import Page

SIGNED_IN: Final[frozenset[str]] = frozenset()
"""The roles of a page that is open to everybody who is signed in."""


PANEL: Final = "panel"


class PageRequest(HttpRequest):
    """Never made: `prepared` adds to Django's own request what a page of a console finds in it.

    `failure` is the sentence of an action that was refused, `failed_form` the form that came with it,
    `refused` the title above either.
    """

    viewer: Viewer
    actor: Actor
    person_id: int
    """0 where the account is no person's: nothing is his."""
    page: "Page"
    arguments: dict[str, object]
    failure: str
    refused: str
    failed_form: BaseForm | None
    proves_at: str
    """Where its sender proves who he is, if that was why it was refused."""

    is_panel: bool
    """Asked for beside a list: the page is shown without its frame."""


def prepared(request: HttpRequest, page: "Page", arguments: dict[str, object]) -> PageRequest:
    found = cast("PageRequest", request)
    found.actor = person_at(request)
    found.person_id = getattr(viewer_or_none(request), "person_id", None) or 0
    found.page, found.arguments = page, arguments
    found.failure, found.refused, found.failed_form, found.proves_at = "", "", None, ""
    found.is_panel = request.headers.get("HX-Target") == PANEL
    if request.method == "POST":
        cast("Any", found).POST = readable(request.POST)
    return found


def readable(posted: QueryDict) -> QueryDict:
    """As it is read: a title that nobody sees is none, and no name turns the line around it."""
    if not any(folding.UNSEEN.search(value) for _name, values in posted.lists() for value in values):
        return posted
    clean = posted.copy()
    for name, values in posted.lists():
        clean.setlist(name, [folding.readable(value) for value in values])
    return clean


type Guard = Callable[[HttpRequest, frozenset[str]], HttpResponseBase | None]


def holders_only(request: HttpRequest, roles: frozenset[str]) -> HttpResponseBase | None:
    """None lets in; a stranger is told that there is no such page."""
    viewer = viewer_or_none(request)
    if viewer is None or not viewer.has_one_of(roles):
        raise Http404
    return None


_guard: list[Guard] = [holders_only]


def guarded_by(guard: Guard) -> None:
    """Name the room that judges roles (it knows of second factors); once per process, at start-up."""
    _guard[:] = [guard]


def admit(request: HttpRequest, roles: frozenset[str]) -> HttpResponseBase | None:
    return _guard[0](request, roles) if roles else holders_only(request, roles)
