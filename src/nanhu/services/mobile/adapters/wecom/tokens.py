"""Access tokens: one row a use, fetched by one process at a time, renewed when four fifths of its life are over.

A token that is refused is fetched anew once; refused again, the line stops and the office is told: endless fetching gets a company blocked.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from nanhu.kernel.clock import now
from nanhu.kernel.once import lock_key
from nanhu.services.mobile.adapters.port import StoppedError, VendorError
from nanhu.services.mobile.models import Token

RENEW_AFTER: Final = 0.8
type Fetch = Callable[[], tuple[str, int]]


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def usable(row: Token | None, secret: str, spoiled: str) -> str:
    """The kept token, "" where another is needed."""
    if row is None or not row.value or row.refresh_at is None or bytes(row.secret_digest or b"") != digest_of(secret):
        return ""
    value = str(row.value)
    return "" if value == spoiled or row.refresh_at <= now() else value


def refuse_stopped(row: Token | None, secret: str) -> None:
    """Another secret is another try."""
    if row is not None and row.stopped_at is not None and bytes(row.secret_digest or b"") == digest_of(secret):
        raise StoppedError(row.stopped_code, "stopped")


def kept(use: str, secret: str, spoiled: str) -> str:
    row = Token.objects.filter(use=use).first()
    refuse_stopped(row, secret)
    return usable(row, secret, spoiled)


def token_for(use: str, *, secret: str, fetch: Fetch, spoiled: str = "") -> str:
    if found := kept(use, secret, spoiled):
        return found
    refusal: Exception | None = None
    with transaction.atomic():
        lock_key(f"mobile.token:{use}")
        if found := kept(use, secret, spoiled):
            return found  # somebody else was faster
        try:
            value, seconds = fetch()
            keep(use, value, secret, seconds)
        except (VendorError, OSError) as error:
            refusal = error  # raised below: what was written about it stays
    if refusal is not None:
        raise refusal
    return value


def keep(use: str, value: str, secret: str, seconds: int) -> None:
    """A line that somebody stopped meanwhile stays stopped, but for another secret."""
    digest, until = digest_of(secret), now() + timedelta(seconds=seconds * RENEW_AFTER)
    Token.objects.filter(use=use).exclude(secret_digest=digest).update(stopped_at=None, stopped_code=0)
    Token.objects.update_or_create(use=use, defaults={"value": value, "secret_digest": digest, "refresh_at": until})


def stop(use: str, *, secret: str, code: int) -> None:
    facts = {"stopped_at": now(), "stopped_code": code, "secret_digest": digest_of(secret), "value": None}
    Token.objects.update_or_create(use=use, defaults=facts)


def go_on() -> int:
    """Somebody looked, and wants it tried again."""
    return Token.objects.filter(stopped_at__isnull=False).update(stopped_at=None, stopped_code=0, value=None)


def all_stopped() -> QuerySet[Token]:
    return Token.objects.filter(stopped_at__isnull=False).order_by("stopped_at")


def stopped() -> Token | None:
    return all_stopped().first()
