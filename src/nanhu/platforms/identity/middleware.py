"""Every request: is the session still good, who looks, and is set-up complete?"""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from nanhu.kernel import read_only
from nanhu.kernel.actors import actor_of
from nanhu.kernel.clock import now
from nanhu.kernel.ui.error_pages import is_form_of_ours, not_taken
from nanhu.platforms.identity import form_targets, queries
from nanhu.platforms.identity.backend import at_hand
from nanhu.platforms.identity.marks import keep_marks
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.policies import is_open_during_setup
from nanhu.platforms.identity.rules_urls import is_own_path
from nanhu.platforms.identity.services import sessions

RETRY_SECONDS = "3"
SEEN_EVERY = timedelta(seconds=60)
AFTER_SETUP = "identity.after_setup"


class SignInMiddleware(LoginRequiredMiddleware):
    """Whoever is not signed in is led to sign in. A form whose session ended while somebody filled it in comes back with what was typed."""

    def handle_no_permission(  # type: ignore[override]  # django-stubs know of redirects alone
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if is_form_of_ours(request):
            return not_taken(request)
        return super().handle_no_permission(request, view_func)


class IdentityMiddleware:
    """Sets `request.viewer` (None for a visitor) and `request.sso_session`; ends what the clock or an owner ended.

    `request.ended_session_id` is the session this browser still came with though it had ended already.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.viewer = None  # type: ignore[attr-defined]
        request.sso_session = None  # type: ignore[attr-defined]
        request.ended_session_id = None  # type: ignore[attr-defined]
        admit(request)
        response = self.get_response(request)
        if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:  # a crash keeps no session either
            keep_marks(request)
            form_targets.allow(request, response)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers.setdefault("Retry-After", RETRY_SECONDS)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)  # on a shared computer the next one presses Back
        return response

    def process_view(self, request: HttpRequest, view: Any, _arguments: Any, _options: Any) -> HttpResponse | None:
        """No page and no ticket before the new password and the security questions are there."""
        user = request.user
        if not user.is_authenticated or user.state == Account.State.ACTIVE:
            return None
        if is_open_during_setup(view):
            return None
        wanted = request.get_full_path()
        is_page = request.method == "GET" and request.headers.get("Sec-Fetch-Dest", "document") == "document"
        if is_page and is_own_path(wanted):
            request.session[AFTER_SETUP] = wanted
        return HttpResponseRedirect(reverse("identity:setup"))


def admit(request: HttpRequest) -> None:
    session_id: int = request.session.get(sessions.SESSION_ID, sessions.NOTHING)
    claimed = request.session.get(SESSION_KEY)
    session = queries.live_session(account_id=int(claimed), session_id=session_id) if claimed is not None else None
    with at_hand(session.account if session is not None else None):
        account = request.user
        if not account.is_authenticated:
            return
    if session is None:
        request.ended_session_id = session_id  # type: ignore[attr-defined]
        logout(request)
        return
    moment = now()
    due = queries.session_end_due(session, moment)
    if due is not None:
        sessions.end_sessions(by=actor_of(request), sessions=[session], how=due)
        logout(request)
        return
    if moment - session.last_seen_at > SEEN_EVERY:
        sessions.touch(session, moment)
    request.sso_session = session  # type: ignore[attr-defined]
    request.viewer = queries.viewer_of(  # type: ignore[attr-defined]
        account=account,
        session=session,
        chosen_face=str(request.session.get(sessions.FACE, "")),
        acts=request.method not in read_only.SAFE,
    )
