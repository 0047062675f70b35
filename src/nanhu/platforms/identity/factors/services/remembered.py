"""Remembered browsers (记住的设备): thirty days without the second step, on this browser, for this account.

The cookie holds one random token per account, four at most; the token is new each time, so nobody can plant one.
It never stands for a second factor where one is demanded: it only spares its owner the question at sign-in.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, actor_of
from nanhu.kernel.clock import now
from nanhu.kernel.cookies import host_only
from nanhu.platforms.identity.factors.models import RememberedBrowser
from nanhu.platforms.identity.models import Account

COOKIE = host_only("nanhu_remembered")
LIFE = timedelta(days=30)
TOKENS_KEPT = 4
PASSWORD_ALONE = ["pwd"]


def hashed(token: str) -> bytes:
    return sha256(token.encode()).digest()


def tokens_of(request: HttpRequest) -> list[str]:
    return [token for token in request.COOKIES.get(COOKIE, "").split(".") if token][:TOKENS_KEPT]


def live_browsers(account: Account) -> QuerySet[RememberedBrowser]:
    """Those that still count: a password changed since ends them all."""
    found = RememberedBrowser.objects.filter(account=account, revoked_at=None, expires_at__gt=now())
    if account.password_changed_at is not None:
        found = found.filter(created_at__gt=account.password_changed_at)
    return found.order_by("-created_at")


def spares_the_step(request: HttpRequest, *, account: Account, methods: Sequence[str]) -> bool:
    """After the password alone: a code from the counter or a recovered account is asked the whole way."""
    tokens = tokens_of(request)
    if list(methods) != PASSWORD_ALONE or not tokens:
        return False
    mine = live_browsers(account).filter(token_hash__in=[hashed(token) for token in tokens])
    return mine.update(last_used_at=now()) > 0


@transaction.atomic
def remember(request: HttpRequest, response: HttpResponseBase, *, account: Account) -> None:
    token = secrets.token_urlsafe(32)
    RememberedBrowser.objects.create(
        account=account,
        token_hash=hashed(token),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:300],
        address=request.META.get("REMOTE_ADDR", ""),
        expires_at=now() + LIFE,
    )
    audit.record(by=actor_of(request), action="identity.remember_browser", target=f"account:{account.pk}")
    response.set_cookie(
        COOKIE,
        ".".join([token, *tokens_of(request)][:TOKENS_KEPT]),
        max_age=LIFE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


@transaction.atomic
def forget(*, by: Actor, account: Account, public_id: UUID | None = None) -> int:
    """One of them, or all."""
    meant = RememberedBrowser.objects.filter(account=account, revoked_at=None)
    if public_id is not None:
        meant = meant.filter(public_id=public_id)
    count = meant.update(revoked_at=now())
    if count:
        audit.record(
            by=by, action="identity.forget_browsers", target=f"account:{account.pk}", facts={"browsers": count}
        )
    return count
