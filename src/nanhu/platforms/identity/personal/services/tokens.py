"""Personal access tokens: made, used, revoked."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit, registry, throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.throttle import Gate, Limit, network_of
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.personal.errors import ScopeMissingError, TokenRefusedError, TooManySecretsError
from nanhu.platforms.identity.personal.models import AccessToken
from nanhu.platforms.identity.personal.rules import hash_of, is_token, new_token

MOST_LIVE = 20
LIVES = (30, 90, 365)
USED_EVERY = timedelta(minutes=1)
GUESSING = Limit("token", free=20, cap=300, memory=timedelta(hours=1), leak=0.2)


@transaction.atomic
def make(*, by: Actor, account: Account, name: str, scopes: Sequence[str], days: int) -> tuple[AccessToken, str]:
    """The token's text is returned once and kept nowhere. `scopes` are keys of `registry.personal_data`."""
    queries.hold(account)  # two browsers at once must not pass the limit
    if AccessToken.objects.filter(account=account, revoked_at=None, expires_at__gt=now()).count() >= MOST_LIVE:
        raise TooManySecretsError(most=MOST_LIVE)
    text = new_token()
    token = AccessToken.objects.create(
        account=account,
        name=name,
        scopes=sorted(scope for scope in set(scopes) if registry.personal_data.get(scope) is not None),
        token_hash=hash_of(text),
        ending=text[-4:],
        expires_at=now() + timedelta(days=min(days, max(LIVES))),
    )
    audit.record(
        by=by,
        action="identity.make_token",
        target=f"account:{account.pk}",
        facts={"token": str(token.public_id), "scopes": token.scopes, "days": days},
    )
    return token, text


@transaction.atomic
def revoke(*, by: Actor, account: Account, public_id: UUID) -> bool:
    live = AccessToken.objects.filter(account=account, public_id=public_id, revoked_at=None)
    if not live.update(revoked_at=now()):
        return False
    audit.record(by=by, action="identity.revoke_token", target=f"account:{account.pk}", facts={"token": str(public_id)})
    return True


def bearer_of(*, authorization: str, address: str, scope: str) -> AccessToken:
    """The live token of an active account that may read `scope`. Guesses are counted against their network.

    A token that is right is never made to wait: 210 bits are not guessed, and many people share an address.
    """
    text = authorization.removeprefix("Bearer ").strip() if authorization.startswith("Bearer ") else ""
    token = found(text) if is_token(text) else None
    if token is None:
        throttle.admit([Gate(GUESSING, network_of(address))])
        raise TokenRefusedError
    note_use(token, address)
    if scope and scope not in token.scopes:
        raise ScopeMissingError(scope=scope)
    return token


def found(text: str) -> AccessToken | None:
    return (
        AccessToken.objects.select_related("account")
        .filter(token_hash=hash_of(text), revoked_at=None, expires_at__gt=now(), account__state=Account.State.ACTIVE)
        .first()
    )


def note_use(token: AccessToken, address: str) -> None:
    moment = now()
    if token.last_used_at is None or moment - token.last_used_at > USED_EVERY or token.last_used_from != address:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=moment, last_used_from=address)
