"""The session that a request came with, as the middleware has set it."""

from django.http import Http404, HttpRequest

from nanhu.platforms.identity.models import SsoSession


def session_or_none(request: HttpRequest) -> SsoSession | None:
    """None for a visitor."""
    found: SsoSession | None = getattr(request, "sso_session", None)
    return found


def session_of(request: HttpRequest) -> SsoSession:
    """Of a page behind the sign-in. Raises Http404 where nobody is."""
    session = session_or_none(request)
    if session is None:
        raise Http404
    return session
