"""What this provider is, for programs: discovery (OIDC Discovery, RFC 8414) and the keys."""

from typing import Any

from authlib.oauth2 import rfc8414, rfc9207
from authlib.oidc import discovery, rpinitiated
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from nanhu.platforms.identity.protocols.oidc import addresses, client_auth, rules
from nanhu.platforms.identity.protocols.oidc.requests import RESPONSE_MODES
from nanhu.platforms.identity.protocols.oidc.services import keys

KEPT_SECONDS = 300
AUTH_METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]


def metadata() -> dict[str, Any]:
    """Only what is really there, said aloud also where the default would be another (`request_uri`)."""
    return {
        "issuer": addresses.issuer(),
        "authorization_endpoint": addresses.endpoint("oidc_authorize"),
        "token_endpoint": addresses.endpoint("oidc_token"),
        "userinfo_endpoint": addresses.endpoint("oidc_userinfo"),
        "jwks_uri": addresses.endpoint("oidc_jwks"),
        "end_session_endpoint": addresses.endpoint("oidc_end_session"),
        "revocation_endpoint": addresses.endpoint("oidc_revoke"),
        "introspection_endpoint": addresses.endpoint("oidc_introspect"),
        "scopes_supported": list(rules.IDENTITY_SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": [keys.ALGORITHM],
        "token_endpoint_auth_methods_supported": [*AUTH_METHODS, "none"],
        "token_endpoint_auth_signing_alg_values_supported": client_auth.ASSERTION_ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": [*AUTH_METHODS, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": client_auth.ASSERTION_ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": AUTH_METHODS,
        "introspection_endpoint_auth_signing_alg_values_supported": client_auth.ASSERTION_ALGORITHMS,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [rules.MFA_ACR, rules.PASSWORD_ACR],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "sid",
            "acr",
            "amr",
            *rules.CLAIM_NAMES,
        ],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "require_request_uri_registration": False,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": ["zh-CN", "en"],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": addresses.issuer() + "/",
    }


def check(found: dict[str, Any]) -> None:
    """Authlib's reading of both specifications; raises ValueError where the document breaks one."""
    extensions = [rfc9207.AuthorizationServerMetadata, rpinitiated.OpenIDProviderMetadata]
    discovery.OpenIDProviderMetadata(found).validate(metadata_classes=extensions)
    rfc8414.AuthorizationServerMetadata(found).validate()


def for_everybody(request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    """Any site's script may read it, and caches keep it a while: there is nothing of anybody in it."""
    response = JsonResponse(body)
    response["Access-Control-Allow-Origin"] = "*"
    if not request.COOKIES:
        response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


@login_not_required
@require_safe
def configuration_document(request: HttpRequest) -> HttpResponse:
    return for_everybody(request, metadata())


@login_not_required
@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    return for_everybody(request, {"keys": keys.published()})
