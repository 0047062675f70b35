"""Families of tokens (令牌族): born of a code, renewed by rotation, dead all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.models import SsoGrant, SsoSession
from nanhu.platforms.identity.protocols.oidc import jwts, rules
from nanhu.platforms.identity.protocols.oidc.errors import InvalidGrantError, InvalidScopeError, OAuth2Error
from nanhu.platforms.identity.protocols.oidc.models import (
    AccessToken,
    AuthorizationCode,
    OidcClient,
    RefreshToken,
    TokenFamily,
)
from nanhu.platforms.identity.protocols.oidc.services import claims, codes, liveness, subjects, tokens
from nanhu.platforms.identity.queries import card_of
from nanhu.platforms.identity.services import access
from nanhu.platforms.identity.services.grants import open_grant
from nanhu.platforms.identity.services.sessions import hold_live_session
from nanhu.platforms.people import api as people

ACCESS_LIFE = timedelta(minutes=15)
ACCESS_PREFIX, REFRESH_PREFIX = "nat_", "nrt_"
LONGEST_TOKEN = 200
UNKNOWN_CODE = "The code is not known, was used before or has expired."
UNKNOWN_REFRESH = "The refresh token is not known, was used before or has expired."


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What the token endpoint answers."""

    access_token: str
    refresh_token: str = ""
    id_token: str = ""
    scopes: Sequence[str] = ()
    expires_in: int = 0


def redeem(*, by: Actor, client: OidcClient, code: str, redirect_uri: str, verifier: str) -> Issued:
    """Tokens for a code. The code is spent whatever the answer is; a second use kills what the first one brought.

    Refusals are raised after the transaction, so that what was spent stays spent.
    """
    if len(code) > codes.LONGEST_CODE:
        raise InvalidGrantError(UNKNOWN_CODE)
    with transaction.atomic():
        outcome = redeemed(by, client, code, redirect_uri, verifier)
    if isinstance(outcome, str):
        raise InvalidGrantError(outcome)
    return outcome


def redeemed(by: Actor, client: OidcClient, code: str, redirect_uri: str, verifier: str) -> Issued | str:
    """The tokens, or why there are none."""
    spent = codes.spend(code)
    if spent is None:
        void_what_it_brought(by, client, code)
        return UNKNOWN_CODE
    if spent.client_id != client.pk or spent.expires_at <= now():
        return UNKNOWN_CODE
    if spent.redirect_uri != redirect_uri:
        return "The redirect_uri is not the one of the authorization request."
    if not rules.verifier_fits(verifier=verifier, challenge=spent.challenge):
        return "The code_verifier does not fit the code_challenge."
    session = hold_live_session(spent.session_id)
    if session is None:
        return "The session has ended."
    return first_tokens(client=client, spent=spent, session=session)


def void_what_it_brought(by: Actor, client: OidcClient, code: str) -> None:
    """A code that comes twice was stolen once (RFC 6749 §4.1.2). Only its own client's second visit says so."""
    before = codes.spent_before(code)
    if before is not None and before.client_id == client.pk:
        revoke_family(by=by, why="code_reused", key=before.family_key)


def first_tokens(*, client: OidcClient, spent: AuthorizationCode, session: SsoSession) -> Issued:
    card = card_of(session.account)
    family = open_family(client=client, spent=spent, session=session, card=card)
    remember_grant(family=family, session=session, card=card)
    return issued(family=family, card=card, nonce=spent.nonce, scopes=family.scopes)


def open_family(
    *, client: OidcClient, spent: AuthorizationCode, session: SsoSession, card: people.PersonCard
) -> TokenFamily:
    is_offline = rules.OFFLINE in spent.scopes
    life = timedelta(days=configuration().oidc_offline_days) if is_offline else session_life()
    return TokenFamily.objects.create(
        key=spent.family_key,
        client=client,
        account=session.account,
        session=session,
        is_offline=is_offline,
        subject=subjects.subject_of(client=client, account=session.account, card=card, campus_no=session.campus_no),
        sid=subjects.sid_of(client=client, session=session),
        campus_no=session.campus_no,
        scopes=spent.scopes,
        claims=spent.claims,
        acr=acr_of(session),
        amr=session.methods,
        authenticated_at=session.authenticated_at,
        expires_at=now() + life,
    )


def session_life() -> timedelta:
    return timedelta(hours=configuration().session_hours)


def acr_of(session: SsoSession) -> str:
    return rules.MFA_ACR if session.second_factor_at is not None else rules.PASSWORD_ACR


def remember_grant(*, family: TokenFamily, session: SsoSession, card: people.PersonCard) -> None:
    """One grant for a session at an application, however often it comes for tokens: it is told of the end once."""
    client = family.client
    known = SsoGrant.objects.filter(
        session=session, application_id=client.application_id, protocol="oidc", logout=SsoGrant.Logout.OPEN
    )
    if not known.exists():
        open_grant(
            session=session,
            application=client.application,
            protocol="oidc",
            reference=family.sid,
            user_name=subjects.campus_no_for(client=client, card=card, campus_no=session.campus_no),
            service=client.backchannel_logout_uri,
            facts={"client_id": client.client_id, "sub": family.subject},
        )


def issued(*, family: TokenFamily, card: people.PersonCard, nonce: str, scopes: Sequence[str]) -> Issued:
    access_token, expires_in = add_access_token(family, scopes)
    may_refresh = "refresh_token" in family.client.grant_types
    return Issued(
        access_token=access_token,
        refresh_token=add_refresh_token(family) if may_refresh else "",
        id_token=id_token(family, card, access_token, nonce) if rules.OPENID in family.scopes else "",
        scopes=scopes,
        expires_in=expires_in,
    )


def id_token(family: TokenFamily, card: people.PersonCard, access_token: str, nonce: str) -> str:
    single: list[str] = family.claims.get("id_token", [])
    found = claims.released(
        application=family.client.application, card=card, campus_no=family.campus_no, scopes=(), single=single
    )
    return jwts.id_token(family, access_token=access_token, nonce=nonce, claims=claims.as_claims(found))


def add_access_token(family: TokenFamily, scopes: Sequence[str]) -> tuple[str, int]:
    """The token, and for how many seconds it is good: never longer than its family."""
    token, life = tokens.token(ACCESS_PREFIX), min(ACCESS_LIFE, family.expires_at - now())
    AccessToken.objects.create(
        token_hash=tokens.hash_of(token), family=family, scopes=list(scopes), expires_at=now() + life
    )
    return token, int(life.total_seconds())


def add_refresh_token(family: TokenFamily) -> str:
    token = tokens.token(REFRESH_PREFIX)
    RefreshToken.objects.create(token_hash=tokens.hash_of(token), family=family)
    return token


def refresh(*, by: Actor, client: OidcClient, refresh_token: str, scopes: Sequence[str]) -> Issued:
    """New tokens for the last link of a chain. An older link that comes back ends the whole chain (RFC 9700 §4.14)."""
    if len(refresh_token) > LONGEST_TOKEN:
        raise InvalidGrantError(UNKNOWN_REFRESH)
    with transaction.atomic():
        outcome = refreshed(by, client, refresh_token, scopes)
    if isinstance(outcome, OAuth2Error):
        raise outcome
    return outcome


def refreshed(by: Actor, client: OidcClient, refresh_token: str, scopes: Sequence[str]) -> Issued | OAuth2Error:
    """The tokens, or why there are none. The family's row is held: of two at once the second meets a used token."""
    refused = InvalidGrantError(UNKNOWN_REFRESH)
    link = RefreshToken.objects.filter(token_hash=tokens.hash_of(refresh_token)).first()
    if link is None:
        return refused
    held = TokenFamily.objects.select_for_update(no_key=True, of=("self",)).select_related("account", "session")
    family = held.get(pk=link.family_id)
    if family.client_id != client.pk or family.revoked_at is not None:
        return refused
    family.client = client
    link.refresh_from_db()
    if link.used_at is not None and now() - link.used_at >= grace():
        revoke_family(by=by, why="refresh_reused", key=family.key)
        return refused
    if (
        not liveness.holds(family)
        or not access.decide(account=owner(family), application=client.application).is_allowed
    ):
        return InvalidGrantError("The session, the account or the right to use this application has ended.")
    if not set(scopes) <= set(family.scopes):
        return InvalidScopeError()
    RefreshToken.objects.filter(pk=link.pk, used_at=None).update(used_at=now())
    return issued(family=family, card=card_of(owner(family)), nonce="", scopes=scopes or family.scopes)


def grace() -> timedelta:
    return timedelta(seconds=configuration().oidc_refresh_grace_seconds)


def owner(family: TokenFamily) -> Any:
    return family.account


def for_machine(*, by: Actor, client: OidcClient, scopes: Sequence[str]) -> Issued:
    """Client credentials: a token for the program itself, with what it was registered for and nothing about people."""
    allowed = [one for one in client.scopes if one not in rules.IDENTITY_SCOPES]
    if not set(scopes) <= set(allowed):
        raise InvalidScopeError
    with transaction.atomic():
        family = TokenFamily.objects.create(
            client=client, subject=client.client_id, scopes=list(scopes or allowed), expires_at=now() + ACCESS_LIFE
        )
        audit.record(by=by, action="identity.oidc_machine_token", target=f"oidc_client:{client.client_id}")
        access_token, expires_in = add_access_token(family, family.scopes)
        return Issued(access_token=access_token, scopes=family.scopes, expires_in=expires_in)


def revoke_family(*, by: Actor, why: str, **which: Any) -> int:
    """Revoke and write down. Call inside a transaction."""
    live = list(TokenFamily.objects.select_for_update(no_key=True).filter(revoked_at=None, **which).order_by("pk"))
    TokenFamily.objects.filter(pk__in=[one.pk for one in live]).update(revoked_at=now(), revoked_why=why)
    audit.record_many(
        audit.Record(
            by=by,
            action="identity.oidc_revoke_tokens",
            target=f"account:{one.account_id}" if one.account_id else f"oidc_client:{one.subject}",
            facts={"why": why, "family": str(one.key)},
        )
        for one in live
    )
    return len(live)


def revoke(*, by: Actor, client: OidcClient, token: str) -> None:
    """RFC 7009. A refresh token takes its family along; an access token goes alone; an unknown one is no error."""
    token_hash = tokens.hash_of(token)
    with transaction.atomic():
        link = RefreshToken.objects.filter(token_hash=token_hash).select_related("family").first()
        found = link or AccessToken.objects.filter(token_hash=token_hash).select_related("family").first()
        if found is not None and found.family.client_id == client.pk:
            if link is not None:
                revoke_family(by=by, why="revoked", key=link.family.key)
            AccessToken.objects.filter(token_hash=token_hash).delete()
    if found is not None and found.family.client_id != client.pk:
        raise InvalidGrantError("The token was not issued to this client.")
