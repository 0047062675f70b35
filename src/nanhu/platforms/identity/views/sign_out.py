"""Sign-out, and the page after it: which applications are out, live. Only the browser that signed out may read it."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel import csp
from nanhu.kernel.cookies import secure_only
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.services import front_channel, sessions
from nanhu.platforms.identity.services.logout_ledger import Line, lines_of

COOKIE = secure_only("nanhu_signed_out")
SALT = "nanhu.identity.logout_ledger"
LIFE_SECONDS = 15 * 60
SECONDS_TO_NOTIFY = 4
SOON, LATER = "every 1s", "every 5s"


class SafeRedirect(HttpResponseRedirect):
    """To an address that the registry allowed: its scheme may be a native application's own."""

    def __init__(self, address: str) -> None:
        self.allowed_schemes = [*self.allowed_schemes, address.partition(":")[0].lower()]
        super().__init__(address)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    session = sessions.close_session(request)
    return remember(HttpResponseRedirect(reverse("identity:signed_out")), session)


def leave(request: HttpRequest, session: SsoSession | None, *, address: str, name: str) -> HttpResponse:
    """Back to the application that asked for the sign-out; where others must hear by this browser, they hear first."""
    if session is None or not front_channel.not_notified(session):
        return remember(SafeRedirect(address), session)
    response = signed_out(request, session, back_url=address, back_name=name)
    response.headers["Refresh"] = f"{SECONDS_TO_NOTIFY}; url={iri_to_uri(address)}"
    return response


@open_page
@xframe_options_sameorigin
@require_safe
def notify_by_browser(request: HttpRequest, grant_id: int) -> HttpResponse:
    """In a frame of the page after the sign-out: on to the application that is to hear of it."""
    session = remembered(request)
    call = front_channel.call_for(session, grant_id) if session is not None else None
    if call is None:
        raise Http404
    if not call.fields:
        return SafeRedirect(call.address)
    response = render(request, "identity/front_logout.html", {"call": call})
    csp.allow(response, form_action=[front_channel.origin_of(call.address)], frame_ancestors=["'self'"])
    return response


@open_page
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
    notified = sum(line.is_notified for line in lines)
    context = {"lines": lines, "total": len(lines), "notified": notified, "look_again": look_again(lines), **facts}
    frames = front_channel.not_notified(session) if session is not None else []
    context["frames"] = [grant.pk for grant in frames]
    context["has_notified"] = any(line.is_unconfirmed for line in lines)
    response = render(request, "identity/signed_out.html", context)
    if frames:
        csp.allow(response, frame_src=front_channel.origins_of(frames))
    return response


def look_again(lines: list[Line]) -> str:
    """How often the page looks again: eagerly while something happens, calmly while it is only tried again."""
    waiting = [line for line in lines if not line.is_settled]
    if not waiting:
        return ""
    return LATER if all(line.is_retrying for line in waiting) else SOON
