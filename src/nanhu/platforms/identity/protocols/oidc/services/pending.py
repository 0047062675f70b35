"""Requests that wait for their person (待办请求), and when they were first made.

Nothing is stored for strangers, who could fill the disk with requests nobody waits for: theirs travel in the address,
signed, as long as they fit into one. What does not fit is stored, so many for a network and no more.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.core import signing

from nanhu.kernel import throttle
from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.protocols.oidc.models import PendingRequest
from nanhu.platforms.identity.protocols.oidc.services import tokens

LIFE = timedelta(hours=1)
LONGEST_TOKEN = 100
SALT = "identity.oidc_pending"
LONGEST_SEALED = 1500  # with its path it fits into `next`
LONG_ONES = throttle.Limit("oidc_long_request", free=100, cap=60, memory=timedelta(minutes=15), leak=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """`token` is in the browser's hands; it opens nothing, it only says which request is meant."""

    token: str
    query: str
    requested_at: datetime
    chosen_session_id: int | None = None


def keep(query: str) -> Pending:
    token, requested_at = tokens.token(), now()
    PendingRequest.objects.create(token_hash=tokens.hash_of(token), query=query, created_at=requested_at)
    return Pending(token=token, query=query, requested_at=requested_at)


def keep_for_stranger(query: str, *, address: str) -> Pending:
    requested_at = now()
    token = signing.dumps([query, requested_at.timestamp()], salt=SALT, compress=True)
    if len(token) <= LONGEST_SEALED:
        return Pending(token=token, query=query, requested_at=requested_at)
    throttle.admit([throttle.Gate(LONG_ONES, throttle.network_of(address))])
    return keep(query)


def is_sealed(token: str) -> bool:
    return ":" in token


def opened(token: str) -> Pending | None:
    try:
        query, requested_at = signing.loads(token, salt=SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    return Pending(token=token, query=query, requested_at=datetime.fromtimestamp(requested_at, UTC))


def find(token: str) -> Pending | None:
    if is_sealed(token):
        return opened(token) if len(token) <= LONGEST_SEALED else None
    if not token or len(token) > LONGEST_TOKEN:
        return None
    since = now() - LIFE
    row = PendingRequest.objects.filter(token_hash=tokens.hash_of(token), created_at__gt=since).first()
    if row is None:
        return None
    return Pending(token=token, query=row.query, requested_at=row.created_at, chosen_session_id=row.chosen_session_id)


def choose(pending: Pending, *, session: SsoSession) -> Pending:
    """The person said: yes, as whom I am signed in here."""
    token = tokens.token() if is_sealed(pending.token) else pending.token
    PendingRequest.objects.update_or_create(
        token_hash=tokens.hash_of(token),
        defaults={"query": pending.query, "created_at": pending.requested_at, "chosen_session": session},
    )
    return replace(pending, token=token, chosen_session_id=session.pk)


def done(pending: Pending) -> None:
    PendingRequest.objects.filter(token_hash=tokens.hash_of(pending.token)).delete()
