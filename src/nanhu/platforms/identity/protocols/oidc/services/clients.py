"""Clients (接入应用的 OIDC 登记): registered, changed, forgotten, given a new secret."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef, Q
from django.utils.translation import gettext as _
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.secret_files import made_secret
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.protocols.oidc import rules
from nanhu.platforms.identity.protocols.oidc.errors import UnsafeClientError
from nanhu.platforms.identity.protocols.oidc.models import ClientSecret, OidcClient, TokenFamily
from nanhu.platforms.identity.rules_urls import parsed_service

SECRET_OVERLAP = timedelta(hours=24)
DEFAULT_SCOPES = ("openid", "profile", "email", "campus")
Kind, AuthMethod = OidcClient.Kind, OidcClient.AuthMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What an administrator says about a client."""

    kind: str = Kind.CONFIDENTIAL
    auth_method: str = AuthMethod.SECRET
    jwks: Mapping[str, Any] = field(default_factory=dict)
    redirect_uris: Sequence[str] = ()
    post_logout_redirect_uris: Sequence[str] = ()
    web_origins: Sequence[str] = ()
    scopes: Sequence[str] = DEFAULT_SCOPES
    subject: str = OidcClient.Subject.PERSON
    asking: str = OidcClient.Asking.NEVER
    may_refresh: bool = False
    acts_alone: bool = False
    requires_pkce: bool = False
    backchannel_logout_uri: str = ""
    frontchannel_logout_uri: str = ""
    may_introspect_all: bool = False

    @property
    def is_public(self) -> bool:
        return self.kind in {Kind.BROWSER, Kind.NATIVE}

    @property
    def grant_types(self) -> list[str]:
        if self.kind == Kind.MACHINE:
            return ["client_credentials"]
        refresh = ["refresh_token"] if self.may_refresh else []
        alone = ["client_credentials"] if self.acts_alone and not self.is_public else []
        return ["authorization_code", *refresh, *alone]


def client_with(client_id: str) -> OidcClient | None:
    """The live client of this name with its application, and in `secret_hashes` the secrets that are good now."""
    if not rules.CLIENT_ID.match(client_id):
        return None
    good = ClientSecret.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now()), client=OuterRef("pk"))
    return (
        OidcClient.objects.filter(client_id=client_id, is_enabled=True, application__is_enabled=True)
        .select_related("application")
        .annotate(secret_hashes=ArraySubquery(good.order_by("-pk").values("secret_hash")))
        .first()
    )


def secret_fits(client: OidcClient | None, secret: str) -> bool:
    """Takes the same time for no client, no secret and a wrong secret: every hash is compared, none is compared early."""
    given = sha256(secret.encode()).digest()
    kept = [bytes(one) for one in getattr(client, "secret_hashes", [])] or [b"\0" * len(given)]
    verdicts = [compare_digest(given, one) for one in kept]
    return any(verdicts) and client is not None and client.auth_method == AuthMethod.SECRET


@transaction.atomic
def register(*, by: Actor, application: Application, registration: Registration) -> tuple[OidcClient, str]:
    """Add or change the client of an application. Returns the secret when one was made just now, otherwise ""."""
    check(registration)
    Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    client = OidcClient.objects.filter(application=application).first()
    is_new = client is None
    if client is None:
        client = OidcClient(application=application, client_id=f"{application.key}-{secrets.token_hex(4)}")
        client.sector = rules.sector_of(registration.redirect_uris, client.client_id)
    write(client, registration)
    client.save()
    secret = first_secret(client)
    audit.record(
        by=by,
        action="identity.oidc_register_client",
        target=f"application:{application.key}",
        facts={"is_new": is_new, "kind": client.kind, "redirect_uris": client.redirect_uris, "scopes": client.scopes},
    )
    return client, secret


def write(client: OidcClient, registration: Registration) -> None:
    """The sector is set once, at registration: pseudonyms must not change when an address moves."""
    client.kind = registration.kind
    client.auth_method = AuthMethod.NONE if registration.is_public else registration.auth_method
    client.jwks = dict(registration.jwks)
    client.redirect_uris = list(registration.redirect_uris)
    client.post_logout_redirect_uris = list(registration.post_logout_redirect_uris)
    client.web_origins = list(registration.web_origins)
    client.scopes = list(registration.scopes)
    client.subject, client.asking = registration.subject, registration.asking
    client.grant_types = registration.grant_types
    client.requires_pkce = registration.requires_pkce or registration.is_public
    client.backchannel_logout_uri = registration.backchannel_logout_uri
    client.frontchannel_logout_uri = registration.frontchannel_logout_uri
    client.may_introspect_all = registration.may_introspect_all
    client.is_enabled, client.changed_at = True, now()


def first_secret(client: OidcClient) -> str:
    """A secret for who needs one and has none; who needs none any more keeps none."""
    if client.auth_method != AuthMethod.SECRET:
        client.secrets.all().delete()
        return ""
    return "" if client.secrets.filter(expires_at=None).exists() else add_secret(client)


def add_secret(client: OidcClient) -> str:
    secret = made_secret(32)
    ClientSecret.objects.create(client=client, secret_hash=sha256(secret.encode()).digest())
    return secret


@transaction.atomic
def rotate_secret(*, by: Actor, client: OidcClient, overlap: timedelta = SECRET_OVERLAP) -> str:
    """A new secret; the old one stays good for the overlap, so that nobody has to change it at the stroke of a bell."""
    OidcClient.objects.select_for_update(no_key=True).get(pk=client.pk)
    ClientSecret.objects.filter(client=client, expires_at=None).update(expires_at=now() + overlap)
    secret = add_secret(client)
    audit.record(
        by=by,
        action="identity.oidc_rotate_secret",
        target=f"oidc_client:{client.client_id}",
        facts={"overlap_seconds": int(overlap.total_seconds())},
    )
    return secret


@transaction.atomic
def forget(*, by: Actor, application: Application) -> None:
    """The application speaks OpenID Connect no more: its client is closed, its tokens are void, its secrets are gone."""
    client = OidcClient.objects.select_for_update(no_key=True).filter(application=application).first()
    if client is None:
        return
    client.is_enabled, client.changed_at = False, now()
    client.save(update_fields=["is_enabled", "changed_at"])
    client.secrets.all().delete()
    TokenFamily.objects.filter(client=client, revoked_at=None).update(revoked_at=now(), revoked_why="client_closed")
    audit.record(by=by, action="identity.oidc_forget_client", target=f"application:{application.key}")


def check(registration: Registration) -> None:
    problems = [str(one) for one in problems_of(registration)]
    if problems:
        raise UnsafeClientError(problems="；".join(problems))


def problems_of(registration: Registration) -> list[str]:
    is_native = registration.kind == Kind.NATIVE
    found = [
        f"{address}：{problem}"
        for address in (*registration.redirect_uris, *registration.post_logout_redirect_uris)
        if (problem := rules.redirect_problem(address, is_native=is_native))
    ]
    found += [f"{one}：{problem}" for one in registration.web_origins if (problem := rules.origin_problem(one))]
    if registration.kind != Kind.MACHINE and not registration.redirect_uris:
        found.append(_("至少登记一个返回地址"))
    found += [
        f"{one}：{_('不是一个明确的 http(s) 地址')}"
        for one in (registration.backchannel_logout_uri, registration.frontchannel_logout_uri)
        if one and (parsed_service(one) is None or "#" in one)
    ]
    found += [f"{one}：{_('范围名不合规')}" for one in registration.scopes if not rules.SCOPE.match(one)]
    if registration.auth_method == AuthMethod.PRIVATE_KEY and not registration.is_public:
        found += jwks_problems(registration.jwks)
    return found


def jwks_problems(jwks: Mapping[str, Any]) -> list[str]:
    """Public keys only, and at least one: a private one pasted here would be no secret any more."""
    if any(part in one for one in jwks.get("keys", []) if isinstance(one, dict) for part in ("d", "k", "p", "q")):
        return [_("公钥集里混进了私钥，请换一对密钥")]
    try:
        usable = KeySet.import_key_set(json.loads(json.dumps(jwks))).keys
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        usable = []
    return [] if usable else [_("公钥集（JWKS）读不出公钥")]
