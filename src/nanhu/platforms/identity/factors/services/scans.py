"""QR sign-in (扫码登录): a phone that is signed in lets a desktop in.

The picture holds one secret, the desktop's session another: neither is of any use without the other. The first phone to
open the picture claims it; it must type the number that stands on the desktop, and one wrong number ends it. Everything
is over after two minutes.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.factors.errors import ScanRefusedError, WrongNumberError
from nanhu.platforms.identity.factors.models import ScanRequest
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.services import sessions

LIFE = timedelta(minutes=2)
LOWEST, NUMBERS = 10, 90
State = ScanRequest.State


@dataclass(frozen=True, slots=True)
class Opened:
    """What the desktop keeps (`poll`), what its picture says (`token`) and what stands below it (`number`)."""

    poll: str
    token: str
    number: int


@dataclass(frozen=True, slots=True)
class Approval:
    """Who lets the desktop in, by which session of his phone."""

    session: SsoSession


def hashed(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def open_request(*, address: str, user_agent: str) -> Opened:
    opened = Opened(secrets.token_urlsafe(32), secrets.token_urlsafe(24), LOWEST + secrets.randbelow(NUMBERS))
    ScanRequest.objects.create(
        token_hash=hashed(opened.token),
        poll_hash=hashed(opened.poll),
        number=opened.number,
        address=address,
        user_agent=user_agent[:300],
        expires_at=now() + LIFE,
    )
    return opened


def of_desktop(poll: str) -> ScanRequest | None:
    """The request of this desktop, while it lives."""
    found = ScanRequest.objects.filter(poll_hash=hashed(poll), expires_at__gt=now())
    return found.select_related("claimed_by__account").first()


@transaction.atomic
def claim(*, token: str, session: SsoSession) -> ScanRequest:
    """The first phone that opens it has it; the same phone may open it again, another one may not."""
    found = ScanRequest.objects.select_for_update().filter(token_hash=hashed(token), expires_at__gt=now()).first()
    if found is None or found.state not in (State.WAITING, State.CLAIMED):
        raise ScanRefusedError
    if found.state == State.CLAIMED and found.claimed_by_id != session.pk:
        raise ScanRefusedError
    if found.state == State.WAITING:
        found.state, found.claimed_by = State.CLAIMED, session
        found.save(update_fields=["state", "claimed_by"])
    return found


def approve(*, by: Actor, token: str, session: SsoSession, number: str) -> None:
    """Once: afterwards the request is approved or refused, whatever comes again. A wrong number refuses it."""
    with transaction.atomic():
        found = own(token=token, session=session)
        fits = compare_digest(str(found.number).encode(), number.strip().encode())
        found.state, found.decided_at = State.APPROVED if fits else State.REFUSED, now()
        found.save(update_fields=["state", "decided_at"])
        audit.record(
            by=by,
            action="identity.approve_scan" if fits else "identity.refuse_scan",
            target=f"account:{session.account_id}",
            facts={"desktop": found.address},
        )
    if not fits:
        raise WrongNumberError


@transaction.atomic
def refuse(*, by: Actor, token: str, session: SsoSession) -> None:
    found = own(token=token, session=session)
    found.state, found.decided_at = State.REFUSED, now()
    found.save(update_fields=["state", "decided_at"])
    audit.record(by=by, action="identity.refuse_scan", target=f"account:{session.account_id}")


def own(*, token: str, session: SsoSession) -> ScanRequest:
    """The request this very phone has claimed, locked, while it waits for its word."""
    found = ScanRequest.objects.select_for_update().filter(
        token_hash=hashed(token), expires_at__gt=now(), state=State.CLAIMED, claimed_by=session
    )
    request = found.first()
    if request is None:
        raise ScanRefusedError
    return request


@transaction.atomic
def use(*, poll: str) -> Approval:
    """The desktop goes in, once, if the phone is still signed in. Of two that come at once, one goes."""
    approved = ScanRequest.objects.filter(poll_hash=hashed(poll), state=State.APPROVED, expires_at__gt=now())
    found = approved.select_for_update(of=("self",)).first()
    if found is None or found.claimed_by_id is None:
        raise ScanRefusedError
    session = sessions.hold_live_session(found.claimed_by_id)
    if session is None:
        raise ScanRefusedError
    found.state = State.USED
    found.save(update_fields=["state"])
    return Approval(session)
