"""Sign-out, and the page after it: which applications are out, live. Only the browser that signed out may read it."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.policies import open_during_setup
from nanhu.platforms.identity.services import sessions
from nanhu.platforms.identity.services.logout_ledger import Line, lines_of

COOKIE = "nanhu_signed_out"
SALT = "nanhu.identity.logout_ledger"
LIFE_SECONDS = 15 * 60
SOON, LATER = "every 1s", "every 5s"


@open_during_setup
@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    session = sessions.close_session(request)
    return remember(HttpResponseRedirect(reverse("identity:signed_out")), session)


@login_not_required
@open_during_setup
@never_cache
@require_safe
def signed_out_page(request: HttpRequest) -> HttpResponse:
    return page(request, remembered(request))


def signed_out(
    request: HttpRequest, session: SsoSession | None, *, back_url: str = "", back_name: str = ""
) -> HttpResponse:
    """The page right after `session` has ended, for every protocol that ends one."""
    return remember(page(request, session, back_url=back_url, back_name=back_name), session)


def remember(response: HttpResponse, session: SsoSession | None) -> HttpResponse:
    """Give this browser, and nobody else, the ledger of the session that has just ended."""
    if session is not None:
        response.set_cookie(
            COOKIE,
            signing.TimestampSigner(salt=SALT).sign(str(session.public_id)),
            max_age=LIFE_SECONDS,
            path=reverse("identity:signed_out"),
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def remembered(request: HttpRequest) -> SsoSession | None:
    try:
        public_id = signing.TimestampSigner(salt=SALT).unsign(request.COOKIES.get(COOKIE, ""), max_age=LIFE_SECONDS)
    except signing.BadSignature:
        return None
    return SsoSession.objects.filter(public_id=public_id, ended_at__isnull=False).first()


def page(request: HttpRequest, session: SsoSession | None, **facts: Any) -> HttpResponse:
    lines = lines_of([session.pk]).get(session.pk, []) if session is not None else []
    out = sum(line.is_out for line in lines)
    context = {"lines": lines, "total": len(lines), "out": out, "look_again": look_again(lines), **facts}
    return render(request, "identity/signed_out.html", context)


def look_again(lines: list[Line]) -> str:
    """How often the page looks again: eagerly while something happens, calmly while it is only tried again."""
    waiting = [line for line in lines if not line.is_settled]
    if not waiting:
        return ""
    return LATER if all(line.is_retrying for line in waiting) else SOON
