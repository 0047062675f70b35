"""Who may: roles of accounts, how freshly somebody signed in, and the mark of pages that are open while set-up is due."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from nanhu.kernel.clock import now
from nanhu.kernel.registry import Viewer
from nanhu.platforms.identity import queries

if TYPE_CHECKING:
    from nanhu.platforms.identity.models import SsoSession

type View = Callable[..., HttpResponseBase]
FRESH_MINUTES = 10


def has_role(viewer: Viewer | None, role: str) -> bool:
    return viewer is not None and role in viewer.roles


def role_required(*roles: str) -> Callable[[View], View]:
    """Open to holders of one of the roles; a stranger is told that there is no such page.

    Whose role rests because this session has no second factor is led to it, and comes back here.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
            viewer = getattr(request, "viewer", None)
            if any(has_role(viewer, role) for role in roles):
                return view(request, *arguments, **options)
            session: SsoSession | None = getattr(request, "sso_session", None)
            if session is not None and queries.withheld_roles(session) & frozenset(roles):
                return led_to("identity:second_factor", request)
            raise Http404

        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]  # for who must judge before the view runs
        return guarded

    return guard


def fresh_sign_in(view: View | None = None, *, minutes: int = FRESH_MINUTES) -> Any:
    """Opens to who proved who he is in the last minutes: for pay slips, keys, and what is not undone.

    Others prove it once more (password or passkey) and come back. A form that was opened in time may be sent for as
    long again; one that comes later still is not acted upon, and its sender reads so.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
            session: SsoSession | None = getattr(request, "sso_session", None)
            if session is None:
                return led_to("identity:sign_in", request)
            is_page = request.method in ("GET", "HEAD")
            if now() - session.authenticated_at <= timedelta(minutes=minutes if is_page else 2 * minutes):
                return view(request, *arguments, **options)
            if is_page:
                return led_to("identity:sign_in_again", request)
            return render(request, "identity/not_fresh.html", {"back": request.get_full_path()}, status=403)

        return guarded

    return guard if view is None else guard(view)


def led_to(name: str, request: HttpRequest, *, back: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': back or request.get_full_path()})}")


def open_during_setup(view: View) -> View:
    """This page opens for an account that must still set its password and security questions."""
    view.open_during_setup = True  # type: ignore[attr-defined]
    return view


def closed_during_setup(view: View) -> View:
    """Open to strangers, yet not to an account that must still set itself up: what hands out tickets."""
    view.open_during_setup = False  # type: ignore[attr-defined]
    return view


def is_open_during_setup(view: object) -> bool:
    """What every stranger may see (styles, language, health) stays open, unless it says otherwise."""
    return bool(getattr(view, "open_during_setup", not getattr(view, "login_required", True)))
