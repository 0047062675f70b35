"""Requests that wait for their person (待办请求), and when they were first made."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.protocols.oidc.models import PendingRequest
from nanhu.platforms.identity.protocols.oidc.services import tokens

LIFE = timedelta(hours=1)
LONGEST_TOKEN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """`token` is in the browser's hands; it opens nothing, it only says which request is meant."""

    token: str
    query: str
    asked_at: datetime
    chosen_session_id: int | None = None


def keep(query: str) -> Pending:
    token, asked_at = tokens.token(), now()
    PendingRequest.objects.create(token_hash=tokens.hash_of(token), query=query, created_at=asked_at)
    return Pending(token=token, query=query, asked_at=asked_at)


def find(token: str) -> Pending | None:
    if not token or len(token) > LONGEST_TOKEN:
        return None
    since = now() - LIFE
    row = PendingRequest.objects.filter(token_hash=tokens.hash_of(token), created_at__gt=since).first()
    if row is None:
        return None
    return Pending(token=token, query=row.query, asked_at=row.created_at, chosen_session_id=row.chosen_session_id)


def choose(pending: Pending, *, session: SsoSession) -> None:
    """The person said: yes, as whom I am signed in here."""
    PendingRequest.objects.filter(token_hash=tokens.hash_of(pending.token)).update(chosen_session=session)


def done(pending: Pending) -> None:
    PendingRequest.objects.filter(token_hash=tokens.hash_of(pending.token)).delete()
