"""Who is the client? (RFC 6749 §2.3, RFC 7523): Basic, form, signed assertion, or a public client's bare name."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import unquote_plus

from authlib.oauth2.rfc7523.client import ASSERTION_TYPE
from django.http import HttpRequest
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from nanhu.kernel import strict_json, throttle
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.platforms.identity.protocols.oidc import addresses
from nanhu.platforms.identity.protocols.oidc.errors import InvalidClientError, InvalidRequestError
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.services.clients import client_with, secret_fits

FAILURES = throttle.Limit("oidc_client", free=20, cap=60, memory=timedelta(minutes=15), leak=0.2)
ASSERTION_ALGORITHMS = ["RS256", "PS256", "ES256"]
ASSERTION_LIFE = timedelta(minutes=65)  # an hour is what common clients sign for
LEEWAY_SECONDS = 30
LONGEST_ASSERTION = 8000
REMEMBER = "INSERT INTO identity_oidc_seen_assertion (jti_hash, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"
AuthMethod = OidcClient.AuthMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What the request brought. `by_header` decides how a refusal is worded (401 with WWW-Authenticate)."""

    client_id: str
    secret: str | None = None
    assertion: str | None = None
    by_header: bool = False


def authenticated(request: HttpRequest, *, may_be_public: bool = True) -> OidcClient:
    """The client, or `invalid_client`. Failures are counted by name and address together: a stranger who guesses cannot
    lock out the client itself, and who succeeds is never counted.
    """
    given = credentials_of(request)
    client = client_with(given.client_id)
    if proves_itself(client, given, may_be_public=may_be_public) and client is not None:
        return client
    count_failure(request, given.client_id)
    raise InvalidClientError("Client authentication failed.", status_code=401)


def count_failure(request: HttpRequest, client_id: str) -> None:
    address = throttle.network_of(request.META.get("REMOTE_ADDR", ""))
    throttle.admit([throttle.Gate(FAILURES, f"{client_id[:80]}|{address}")])


def credentials_of(request: HttpRequest) -> Credentials:
    """One way only: two at once are refused (RFC 6749 §2.3). Nothing is read from the query."""
    form = request.POST
    header = basic_of(request.headers.get("Authorization", ""))
    assertion = form.get("client_assertion") or None
    secret = form.get("client_secret") or None
    if sum(one is not None for one in (header, assertion, secret)) > 1:
        raise InvalidRequestError("Only one way of client authentication at a time.")
    if header is not None:
        if form.get("client_id", header[0]) != header[0]:
            raise InvalidRequestError("Two different clients are named.")
        return Credentials(client_id=header[0], secret=header[1], by_header=True)
    if assertion is not None:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise InvalidRequestError("Unknown 'client_assertion_type'.")
        return Credentials(client_id=named_in(assertion, form.get("client_id", "")), assertion=assertion)
    return Credentials(client_id=form.get("client_id", ""), secret=secret)


def basic_of(header: str) -> tuple[str, str] | None:
    """Name and secret, each form-encoded before they were joined (RFC 6749 §2.3.1)."""
    kind, _space, value = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def proves_itself(client: OidcClient | None, given: Credentials, *, may_be_public: bool) -> bool:
    if given.assertion is not None:
        return client is not None and client.auth_method == AuthMethod.PRIVATE_KEY and is_signed_by(client, given)
    if given.secret is None and not given.by_header:
        return client is not None and client.is_public and may_be_public
    return secret_fits(client, given.secret or "")


def named_in(assertion: str, client_id: str) -> str:
    """Whose assertion this claims to be; nothing of it is believed yet."""
    try:
        subject = strict_json.decode(jws.extract_compact(assertion[:LONGEST_ASSERTION].encode()).payload).get("sub")
    except (JoseError, ValueError, AttributeError, RecursionError):
        return ""
    return subject if isinstance(subject, str) and client_id in {"", subject} else ""


def is_signed_by(client: OidcClient, given: Credentials) -> bool:
    try:
        keys = KeySet.import_key_set(client.jwks)
        claims = jwt.decode(given.assertion or "", keys, algorithms=ASSERTION_ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return is_for_us(claims, client.client_id) and is_first_use(claims, client.client_id)


def is_for_us(claims: Mapping[str, Any], client_id: str) -> bool:
    audience = claims.get("aud")
    named = {audience} if isinstance(audience, str) else set(audience) if isinstance(audience, list) else set()
    expires = claims.get("exp")
    if claims.get("iss") != client_id or claims.get("sub") != client_id or not isinstance(claims.get("jti"), str):
        return False
    if not named & {addresses.issuer(), addresses.endpoint("oidc_token")} or not isinstance(expires, int | float):
        return False
    left = expires - now().timestamp()
    return -LEEWAY_SECONDS < left <= ASSERTION_LIFE.total_seconds()


def is_first_use(claims: Mapping[str, Any], client_id: str) -> bool:
    """Each `jti` once: of two that bring it at once, one inserts it."""
    until = datetime.fromtimestamp(float(claims["exp"]), UTC) + timedelta(seconds=LEEWAY_SECONDS)
    jti_hash = sha256(f"{client_id}|{claims['jti']}".encode()).digest()
    return run(REMEMBER, [jti_hash, until]) == 1
