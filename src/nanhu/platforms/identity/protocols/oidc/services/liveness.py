"""Is a token still worth anything? Asked anew each time: sessions, accounts and clients end without telling tokens."""

from dataclasses import dataclass

from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.protocols.oidc.models import AccessToken, RefreshToken, TokenFamily
from nanhu.platforms.identity.protocols.oidc.services import tokens
from nanhu.platforms.identity.queries import session_end_due

FAMILY = ("family__client__application", "family__account", "family__session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A token that counts, and what it is."""

    family: TokenFamily
    scopes: list[str]
    kind: str
    issued_at: int
    expires_at: int


def holds(family: TokenFamily) -> bool:
    """Not revoked, not expired, its client open; its account active; its session alive, unless it may act offline."""
    if family.revoked_at is not None or family.expires_at <= now():
        return False
    if not family.client.is_enabled or not family.client.application.is_enabled:
        return False
    if family.account is None or family.session is None:
        return family.account_id is None
    if family.account.state != Account.State.ACTIVE:
        return False
    session = family.session
    return family.is_offline or (session.ended_at is None and session_end_due(session, now()) is None)


def of_access(token: str) -> Live | None:
    row = (
        AccessToken.objects.filter(token_hash=tokens.hash_of(token), expires_at__gt=now())
        .select_related(*FAMILY)
        .first()
    )
    if row is None or not holds(row.family):
        return None
    return Live(
        family=row.family,
        scopes=row.scopes,
        kind="access_token",
        issued_at=int(row.created_at.timestamp()),
        expires_at=int(row.expires_at.timestamp()),
    )


def of_refresh(token: str) -> Live | None:
    row = RefreshToken.objects.filter(token_hash=tokens.hash_of(token), used_at=None).select_related(*FAMILY).first()
    if row is None or not holds(row.family):
        return None
    return Live(
        family=row.family,
        scopes=row.family.scopes,
        kind="refresh_token",
        issued_at=int(row.created_at.timestamp()),
        expires_at=int(row.family.expires_at.timestamp()),
    )
