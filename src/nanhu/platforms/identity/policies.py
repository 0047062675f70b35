"""Who may: roles of accounts, and the mark of pages that are open while set-up is due."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from nanhu.kernel.clock import now
from nanhu.kernel.registry import Viewer

type View = Callable[..., HttpResponseBase]


def has_role(viewer: Viewer | None, role: str) -> bool:
    return viewer is not None and role in viewer.roles


def role_required(*roles: str) -> Callable[[View], View]:
    """Open to holders of one of the roles; a stranger is told that there is no such page."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
            viewer = getattr(request, "viewer", None)
            if not any(has_role(viewer, role) for role in roles):
                raise Http404
            return view(request, *arguments, **options)

        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]  # for who must judge before the view runs
        return guarded

    return guard


def fresh_sign_in(*, minutes: int = 10) -> Callable[[View], View]:
    """Pages behind which much is at stake: the sign-in must be younger than `minutes`, else it is asked for again."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
            session = getattr(request, "sso_session", None)
            if session is None or now() - session.authenticated_at > timedelta(minutes=minutes):
                back = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
                return HttpResponseRedirect(f"{reverse('identity:sign_in_again')}?{urlencode({'next': back})}")
            return view(request, *arguments, **options)

        return guarded

    return guard


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
