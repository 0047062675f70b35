"""Authorization requests, read and judged before anybody is shown anything."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import QueryDict

from nanhu.kernel import strict_json
from nanhu.platforms.identity.protocols.oidc import jwts, rules
from nanhu.platforms.identity.protocols.oidc.errors import (
    ClientRefusedError,
    InvalidRequestError,
    OAuth2Error,
    RedirectRefusedError,
    RegistrationNotSupportedError,
    RequestNotSupportedError,
    RequestURINotSupportedError,
    UnauthorizedClientError,
)
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.services.clients import client_with

RESPONSE_MODES = ("query", "form_post")
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
NOT_SUPPORTED = {
    "request": RequestNotSupportedError,
    "request_uri": RequestURINotSupportedError,
    "registration": RegistrationNotSupportedError,
}
LONGEST_NONCE = 1000
LONGEST_AGE = 10 * 365 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the answer goes, good or bad. Only a client's registered address becomes one."""

    client: OidcClient
    redirect_uri: str
    response_mode: str
    state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request that is in order. `hint` holds the claims of its id_token_hint."""

    destination: Destination
    query: str
    scopes: tuple[str, ...]
    prompts: frozenset[str]
    nonce: str = ""
    challenge: str = ""
    max_age: timedelta | None = None
    acr_values: tuple[str, ...] = ()
    claims: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    hint: Mapping[str, Any] | None = None
    login_hint: str = ""
    ui_locales: tuple[str, ...] = ()

    @property
    def client(self) -> OidcClient:
        return self.destination.client

    @property
    def is_passive(self) -> bool:
        return "none" in self.prompts

    @property
    def wants_second_factor(self) -> bool:
        """The first level asked for that we know: by acr_values, or by the claims parameter."""
        requested = requested_values(self.claims.get("id_token", {}).get("acr"))
        known = [one for one in (*requested, *self.acr_values) if one in {rules.MFA_ACR, rules.PASSWORD_ACR}]
        return known[:1] == [rules.MFA_ACR]

    @property
    def single_claims(self) -> list[str]:
        """Claims asked for by name that the client's scopes would let it have."""
        named = {name for member in self.claims.values() for name in member}
        return [one.name for one in rules.CLAIMS if names_of(one.name) & named and one.scope in self.client.scopes]


def names_of(claim: str) -> set[str]:
    return {claim, rules.VERIFIED.get(claim, claim)}


def requested_values(member: object) -> tuple[str, ...]:
    """The `value` or `values` of one claim's request."""
    if not isinstance(member, Mapping):
        return ()
    values = member.get("values") if isinstance(member.get("values"), list) else [member.get("value")]
    return tuple(one for one in values or [] if isinstance(one, str))


def destination_of(params: QueryDict) -> Destination:
    """First of all: is there anywhere to send an answer to? A doubt about that is shown to the person, never sent on."""
    if len(params.getlist("client_id")) > 1 or len(params.getlist("redirect_uri")) > 1:
        raise RedirectRefusedError
    client = client_with(params.get("client_id", ""))
    if client is None:
        raise ClientRefusedError
    requested = params.get("redirect_uri", "")
    is_native = client.kind == OidcClient.Kind.NATIVE
    if not any(
        rules.redirect_matches(requested=requested, registered=one, is_native=is_native) for one in client.redirect_uris
    ):
        raise RedirectRefusedError
    states = params.getlist("state")
    return Destination(
        client=client,
        redirect_uri=requested,
        response_mode="form_post" if params.getlist("response_mode") == ["form_post"] else "query",
        state=states[0] if len(states) == 1 else None,
    )


def authorization_request_of(params: QueryDict, destination: Destination) -> AuthorizationRequest:
    """Raises what the application is told at its own address."""
    check_shape(params, destination.client)
    scopes = tuple(one for one in rules.words(params.get("scope", "")) if one in destination.client.scopes)
    challenge = challenge_of(params, destination.client)
    return AuthorizationRequest(
        destination=destination,
        query=params.urlencode(),
        scopes=scopes,
        prompts=prompts_of(params.get("prompt", "")),
        nonce=params.get("nonce", ""),
        challenge=challenge,
        max_age=age_of(params.get("max_age", "")),
        acr_values=tuple(rules.words(params.get("acr_values", ""))),
        claims=claims_of(params.get("claims", "")),
        hint=hint_of(params.get("id_token_hint", ""), destination.client),
        login_hint=params.get("login_hint", "")[:100],
        ui_locales=tuple(rules.words(params.get("ui_locales", ""))),
    )


def check_shape(params: QueryDict, client: OidcClient) -> None:
    for name, error in NOT_SUPPORTED.items():
        if params.get(name):
            raise refusal(error)
    if any(len(values) > 1 for _name, values in params.lists()):
        raise InvalidRequestError("A parameter is repeated.")
    if any("\0" in value for value in params.values()) or len(params.get("nonce", "")) > LONGEST_NONCE:
        raise InvalidRequestError("A parameter holds what it must not.")
    if not params.get("response_type"):
        raise InvalidRequestError("Missing 'response_type'.")
    if params["response_type"] != "code":
        raise OAuth2Error("Only response_type=code is supported.", error="unsupported_response_type")
    if params.get("response_mode", "query") not in RESPONSE_MODES:
        raise InvalidRequestError("Unsupported 'response_mode'.")
    if "authorization_code" not in client.grant_types:
        raise UnauthorizedClientError("The client may not use 'response_type=code'.")


def refusal(error: type[OAuth2Error]) -> OAuth2Error:
    return error()


def challenge_of(params: QueryDict, client: OidcClient) -> str:
    challenge, method = params.get("code_challenge", ""), params.get("code_challenge_method", "")
    if not challenge and not method:
        if client.requires_pkce:
            raise InvalidRequestError("This client must use PKCE: 'code_challenge' is missing.")
        return ""
    if method != "S256":
        raise InvalidRequestError("The only 'code_challenge_method' is S256.")
    if not rules.is_good_challenge(challenge):
        raise InvalidRequestError("Invalid 'code_challenge'.")
    return challenge


def prompts_of(text: str) -> frozenset[str]:
    given = set(rules.words(text))
    if "none" in given and len(given) > 1:
        raise InvalidRequestError("'prompt=none' stands alone.")
    return frozenset(given & PROMPTS)


def age_of(text: str) -> timedelta | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise InvalidRequestError("'max_age' is a number of seconds.")
    return timedelta(seconds=min(int(text[:12]), LONGEST_AGE))


def claims_of(text: str) -> dict[str, dict[str, Any]]:
    """The members `userinfo` and `id_token`; unknown members and unknown claims are passed over (Core §5.5)."""
    if not text:
        return {}
    try:
        found = strict_json.decode(text)
    except strict_json.JsonError as error:
        raise InvalidRequestError("'claims' is no JSON.") from error
    if not isinstance(found, dict):
        raise InvalidRequestError("'claims' is no JSON object.")
    members = {name: found[name] for name in ("userinfo", "id_token") if found.get(name) is not None}
    if not all(isinstance(member, dict) for member in members.values()):
        raise InvalidRequestError("A member of 'claims' is no JSON object.")
    return {name: kept_claims(member) for name, member in members.items()}


KEPT = frozenset({*rules.CLAIM_NAMES, "sub", "acr", "auth_time"})


def kept_claims(member: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in member.items() if name in KEPT}


def hint_of(token: str, client: OidcClient) -> Mapping[str, Any] | None:
    if not token:
        return None
    claims = jwts.read_hint(token)
    if claims is None or client.client_id not in audience_of(claims):
        raise InvalidRequestError("'id_token_hint' is no ID token issued to this client.")
    return claims


def audience_of(claims: Mapping[str, Any]) -> Collection[str]:
    audience = claims.get("aud")
    return [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
