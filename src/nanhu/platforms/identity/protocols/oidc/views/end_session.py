"""/oidc/end-session: an application asks that all of it ends (RP-Initiated Logout 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.protocols.oidc import jwts, rules
from nanhu.platforms.identity.protocols.oidc.errors import LogoutRefusedError, RequestExpiredError
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.requests import audience_of
from nanhu.platforms.identity.protocols.oidc.services import subjects
from nanhu.platforms.identity.protocols.oidc.services.clients import client_with
from nanhu.platforms.identity.services import sessions
from nanhu.platforms.identity.views import sign_out

SALT = "identity.oidc_end_session"
CONFIRM_SECONDS = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Farewell:
    """Who asks, where to afterwards (a registered address or nowhere), and which session its hint names."""

    client: OidcClient | None
    back: str
    sid: str


@csrf_exempt
@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def end_session(request: HttpRequest) -> HttpResponse:
    """With a hint that names the session of this browser it ends at once; otherwise its owner is asked.

    Another site's form brings no session cookie (SameSite=Lax): it comes again by GET, which does.
    """
    if request.method == "POST":
        return HttpResponseRedirect(f"{request.path}?{request.POST.urlencode()}")
    if request.method == "HEAD":
        return HttpResponse()
    farewell = farewell_of(request.GET)
    session = session_or_none(request)
    if session is None:
        return leave(request, farewell)
    if farewell.client is not None and farewell.sid == subjects.sid_of(client=farewell.client, session=session):
        return leave(request, farewell, ended=sessions.close_session(request))
    kept = {"client": farewell.client.client_id if farewell.client else "", "back": farewell.back}
    context = {"client": farewell.client, "kept": signing.dumps(kept, salt=SALT)}
    return render(request, "identity/oidc_end_session.html", context)


@open_page
@require_POST
def end_session_confirmed(request: HttpRequest) -> HttpResponse:
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt=SALT, max_age=CONFIRM_SECONDS)
    except signing.BadSignature as error:
        raise RequestExpiredError from error
    farewell = Farewell(client=client_with(kept["client"]), back=kept["back"], sid="")
    return leave(request, farewell, ended=sessions.close_session(request))


def leave(request: HttpRequest, farewell: Farewell, *, ended: SsoSession | None = None) -> HttpResponse:
    """Back to the application, or to the page that shows who is out already; this browser may look there either way."""
    if farewell.back:
        name = farewell.client.application.name if farewell.client is not None else ""
        return sign_out.leave(request, ended, address=farewell.back, name=name)
    return sign_out.remember(HttpResponseRedirect(reverse("identity:signed_out")), ended)


def farewell_of(params: QueryDict) -> Farewell:
    """Raises where the request does not fit together: nobody is signed out by it, and nobody is sent anywhere."""
    if any(len(values) > 1 for _name, values in params.lists()):
        raise LogoutRefusedError(problem=_("有参数重复。"))
    hint = hint_of(params.get("id_token_hint", ""))
    client = client_of(params, hint)
    return Farewell(client=client, back=back_of(params, client), sid=str((hint or {}).get("sid", "")))


def hint_of(token: str) -> Mapping[str, Any] | None:
    if not token:
        return None
    claims = jwts.read_hint(token)
    if claims is None:
        raise LogoutRefusedError(problem=_("id_token_hint 不是本校签发的 ID 令牌。"))
    return claims


def client_of(params: QueryDict, hint: Mapping[str, Any] | None) -> OidcClient | None:
    """Named by the hint or by client_id; where both speak they must agree."""
    named = params.get("client_id", "")
    audience = audience_of(hint) if hint is not None else []
    if named and hint is not None and named not in audience:
        raise LogoutRefusedError(problem=_("client_id 与 id_token_hint 不一致。"))
    return client_with(named or next(iter(audience), ""))


def back_of(params: QueryDict, client: OidcClient | None) -> str:
    requested = params.get("post_logout_redirect_uri", "")
    if not requested:
        return ""
    if client is None or requested not in client.post_logout_redirect_uris:
        raise LogoutRefusedError(problem=_("退出后的返回地址没有登记。"))
    return rules.with_parameters(requested, [("state", str(params["state"]))]) if params.get("state") else requested
