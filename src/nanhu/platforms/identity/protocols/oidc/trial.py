"""A trial in the registry: authorize → token → userinfo for the administrator who asks, as the application would see it.

Everything happens in one transaction that is rolled back: no code, token, session or grant is left behind.
"""

import secrets
from collections.abc import Iterator
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.models import Account, Application, SsoSession
from nanhu.platforms.identity.panels import TrialStep
from nanhu.platforms.identity.protocols.oidc import jwts
from nanhu.platforms.identity.protocols.oidc.errors import OAuth2Error
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.requests import (
    AuthorizationRequest,
    authorization_request_of,
    destination_of,
)
from nanhu.platforms.identity.protocols.oidc.services import codes, families
from nanhu.platforms.identity.protocols.oidc.services.clients import client_with
from nanhu.platforms.identity.protocols.oidc.views.userinfo import about
from nanhu.platforms.identity.services import access


def try_out(request: HttpRequest, application: Application) -> list[TrialStep]:
    client = OidcClient.objects.filter(application=application).first()
    found = client_with(client.client_id) if client is not None else None
    if found is None:
        return [TrialStep(title=_("登记"), is_good=False, detail=_("应用停用，或还没有保存 OpenID Connect 的登记。"))]
    session = session_or_none(request)
    if session is None:
        return [TrialStep(title=_("登录"), is_good=False, detail=_("请先登录。"))]
    steps: list[TrialStep] = []
    with transaction.atomic():
        try:
            steps.extend(machine_steps(request, found) if is_machine(found) else steps_of(request, found, session))
        except (OAuth2Error, CampusError) as error:
            detail = f"{error.error} {error.get_error_description()}" if isinstance(error, OAuth2Error) else str(error)
            steps.append(TrialStep(title=_("未能进入"), is_good=False, detail=detail))
        transaction.set_rollback(True)
    return steps


def is_machine(client: OidcClient) -> bool:
    return client.kind == OidcClient.Kind.MACHINE


def machine_steps(request: HttpRequest, client: OidcClient) -> Iterator[TrialStep]:
    issued = families.for_machine(by=actor_of(request), client=client, scopes=())
    yield TrialStep(title=_("令牌（client_credentials）"), is_good=True, detail=" ".join(issued.scopes))


def steps_of(request: HttpRequest, client: OidcClient, session: SsoSession) -> Iterator[TrialStep]:
    verifier, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(8)
    auth_request = trial_request(client, verifier, nonce)
    yield TrialStep(title=_("授权请求"), is_good=True, detail=auth_request.destination.redirect_uri)
    yield right_of(request, client)
    code = codes.issue(auth_request=auth_request, session_id=session.pk, consent_request=None)
    yield TrialStep(title=_("授权码"), is_good=code is not None)
    issued = families.redeem(
        by=actor_of(request),
        client=client,
        code=code or "",
        redirect_uri=auth_request.destination.redirect_uri,
        verifier=verifier,
    )
    yield TrialStep(title=_("令牌"), is_good=True, detail=" ".join(issued.scopes))
    claims = jwts.read_hint(issued.id_token) or {}
    yield TrialStep(title=_("ID 令牌"), is_good=claims.get("nonce") == nonce, detail=shown(claims))
    yield TrialStep(title=_("用户信息（userinfo）"), is_good=True, detail=shown(about(issued.access_token)))


def right_of(request: HttpRequest, client: OidcClient) -> TrialStep:
    """Whether this administrator may use the application is no fault of the configuration: it is only said."""
    account = request.user
    if not isinstance(account, Account):
        return TrialStep(title=_("准入"), is_good=False)
    decision = access.decide(account=account, application=client.application)
    return TrialStep(title=_("准入"), is_good=True, detail="" if decision.is_allowed else str(decision.reason))


def trial_request(client: OidcClient, verifier: str, nonce: str) -> AuthorizationRequest:
    params = QueryDict(mutable=True)
    params.update(
        {
            "client_id": client.client_id,
            "redirect_uri": next(iter(client.redirect_uris), ""),
            "response_type": "code",
            "scope": " ".join(one for one in client.scopes if one != "offline_access"),
            "nonce": nonce,
            "code_challenge": str(create_s256_code_challenge(verifier)),
            "code_challenge_method": "S256",
        }
    )
    return authorization_request_of(params, destination_of(params))


def shown(claims: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in claims.items())
