"""/oidc/userinfo: who is behind an access token, as far as the registry lets this application know."""

from authlib.oauth2.rfc6750.errors import InsufficientScopeError, InvalidTokenError
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.protocols.oidc import rules
from nanhu.platforms.identity.protocols.oidc.errors import InvalidRequestError, OAuth2Error
from nanhu.platforms.identity.protocols.oidc.models import TokenFamily
from nanhu.platforms.identity.protocols.oidc.responses import for_registered_origins, refusal, said
from nanhu.platforms.identity.protocols.oidc.services import claims, liveness
from nanhu.platforms.identity.queries import card_of

LONGEST_TOKEN = 200


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST", "OPTIONS"])
@for_registered_origins
def userinfo(request: HttpRequest) -> HttpResponse:
    try:
        token = bearer_of(request)
        if token is None:
            return unannounced()
        return said(about(token))
    except OAuth2Error as error:
        return with_challenge(refusal(error), error)


def unannounced() -> HttpResponse:
    """No token at all: say how to come, and nothing else (RFC 6750 §3.1)."""
    response = said({}, status=401)
    response["WWW-Authenticate"] = "Bearer"
    return response


def with_challenge(response: HttpResponse, error: OAuth2Error) -> HttpResponse:
    response["WWW-Authenticate"] = f'Bearer error="{error.error}", error_description="{error.get_error_description()}"'
    return response


def bearer_of(request: HttpRequest) -> str | None:
    """From the header or the form, never from the address; one way at a time (RFC 6750 §2)."""
    kind, _space, value = request.headers.get("Authorization", "").partition(" ")
    in_header = value.strip() if kind.lower() == "bearer" else None
    in_form = request.POST.getlist("access_token") if request.method == "POST" else []
    found = [one for one in (in_header, *in_form) if one is not None]
    if len(found) > 1:
        raise InvalidRequestError("Only one access token, in one place.")
    return found[0] if found else None


def about(token: str) -> dict[str, object]:
    live = liveness.of_access(token) if len(token) <= LONGEST_TOKEN else None
    if live is None:
        raise InvalidTokenError
    if rules.OPENID not in live.scopes or live.family.account is None:
        raise InsufficientScopeError
    return {**claims_of(live.family, live.family.account, live.scopes), "sub": live.family.subject}


def claims_of(family: TokenFamily, account: Account, scopes: list[str]) -> dict[str, object]:
    return claims.as_claims(
        claims.released(
            application=family.client.application,
            card=card_of(account),
            campus_no=family.campus_no,
            scopes=scopes,
            single=family.claims.get("userinfo", []),
        )
    )
