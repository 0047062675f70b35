"""/oidc/token, /oidc/revoke, /oidc/introspect: the endpoints for programs."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity.protocols.oidc import addresses, rules
from nanhu.platforms.identity.protocols.oidc.client_auth import authenticated
from nanhu.platforms.identity.protocols.oidc.errors import (
    InvalidRequestError,
    OAuth2Error,
    UnauthorizedClientError,
)
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.responses import for_registered_origins, in_words_of_oauth, said
from nanhu.platforms.identity.protocols.oidc.services import families, liveness

LONGEST_TOKEN = 200


def program(request: HttpRequest, client: OidcClient) -> Actor:
    return Actor(account_id=None, name=f"oidc:{client.client_id}", address=request.META.get("REMOTE_ADDR", ""))


def check_form(request: HttpRequest) -> None:
    form = request.POST
    if any(len(values) > 1 for _name, values in form.lists()):
        raise InvalidRequestError("A parameter is repeated.")
    if any("\0" in value for value in form.values()):
        raise InvalidRequestError("A parameter holds what it must not.")


def needed(request: HttpRequest, name: str) -> str:
    value = request.POST.get(name, "")
    if not value:
        raise InvalidRequestError(f"Missing '{name}'.")
    return value


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@require_http_methods(["POST", "OPTIONS"])
@for_registered_origins
@in_words_of_oauth
def token(request: HttpRequest) -> HttpResponse:
    check_form(request)
    grant_type = needed(request, "grant_type")
    client = authenticated(request)
    if grant_type not in GRANTS:
        raise OAuth2Error("This grant_type is not supported.", error="unsupported_grant_type")
    if grant_type not in client.grant_types:
        raise UnauthorizedClientError("The client may not use this grant_type.")
    return said(body_of(GRANTS[grant_type](request, client)))


def with_code(request: HttpRequest, client: OidcClient) -> families.Issued:
    return families.redeem(
        by=program(request, client),
        client=client,
        code=needed(request, "code"),
        redirect_uri=request.POST.get("redirect_uri", ""),
        verifier=request.POST.get("code_verifier", ""),
    )


def with_refresh_token(request: HttpRequest, client: OidcClient) -> families.Issued:
    return families.refresh(
        by=program(request, client),
        client=client,
        refresh_token=needed(request, "refresh_token"),
        scopes=rules.words(request.POST.get("scope", "")),
    )


def by_itself(request: HttpRequest, client: OidcClient) -> families.Issued:
    return families.for_machine(
        by=program(request, client), client=client, scopes=rules.words(request.POST.get("scope", ""))
    )


GRANTS = {
    "authorization_code": with_code,
    "refresh_token": with_refresh_token,
    "client_credentials": by_itself,
}


def body_of(issued: families.Issued) -> dict[str, Any]:
    body: dict[str, Any] = {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
        "scope": " ".join(issued.scopes),
    }
    for name in ("refresh_token", "id_token"):
        if value := getattr(issued, name):
            body[name] = value
    return body


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@require_http_methods(["POST", "OPTIONS"])
@for_registered_origins
@in_words_of_oauth
def revoke(request: HttpRequest) -> HttpResponse:
    check_form(request)
    client = authenticated(request)
    families.revoke(by=program(request, client), client=client, token=needed(request, "token")[:LONGEST_TOKEN])
    return said({})


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@require_POST
@in_words_of_oauth
def introspect(request: HttpRequest) -> HttpResponse:
    """RFC 7662. A client asks about its own tokens; about those of others only when it is registered to (a resource)."""
    check_form(request)
    client = authenticated(request, may_be_public=False)
    token = needed(request, "token")[:LONGEST_TOKEN]
    live = liveness.of_access(token) or liveness.of_refresh(token)
    if live is None or (live.family.client_id != client.pk and not client.may_introspect_all):
        return said({"active": False})
    return said(description_of(live))


def description_of(live: liveness.Live) -> dict[str, Any]:
    family = live.family
    person = {"username": family.campus_no} if family.campus_no and "profile" in live.scopes else {}
    return {
        "active": True,
        "client_id": family.client.client_id,
        "scope": " ".join(live.scopes),
        "sub": family.subject,
        "iss": addresses.issuer(),
        "aud": family.client.client_id,
        "iat": live.issued_at,
        "exp": live.expires_at,
        **({"token_type": "Bearer"} if live.kind == "access_token" else {}),
        **person,
    }
