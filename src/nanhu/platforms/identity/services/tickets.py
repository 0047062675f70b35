"""CAS service tickets (服务票据): random, bound to one address, gone at the first validation, right or wrong."""

import json
import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.database.values import one_row
from nanhu.platforms.identity.models import Application, ServiceTicket, SsoSession
from nanhu.platforms.identity.queries import card_of
from nanhu.platforms.identity.rules_urls import canonical_service
from nanhu.platforms.identity.services import attributes
from nanhu.platforms.identity.services.grants import open_grant
from nanhu.platforms.identity.services.sessions import hold_live_session

PREFIX, PROXY_PREFIX = "ST-", "PT-"
ALPHABET = string.ascii_letters + string.digits
RANDOM_LENGTH = 29  # 172 bits, and 32 characters in all for the oldest clients
TAKE = """
DELETE FROM identity_service_ticket WHERE ticket_hash = %s
RETURNING application_id, session_id, service, is_primary, expires_at, '[]'::jsonb
"""
TAKE_PROXY = """
DELETE FROM identity_proxy_ticket AS t USING identity_proxy_granting_ticket AS g
WHERE t.ticket_hash = %s AND g.id = t.granting_id
RETURNING t.application_id, g.session_id, t.service, false, t.expires_at, g.chain
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A ticket as it lay in the table; it lies there no more. `proxies`: whose hands it came through, newest first."""

    ticket: str
    application: Application
    session_id: int
    service: str
    is_primary: bool
    expires_at: datetime
    proxies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What a ticket was worth: who, for which application. `pgt_iou` names a proxy-granting ticket handed over."""

    user: str
    attributes: dict[str, list[str]]
    authenticated_at: datetime
    is_from_new_login: bool
    has_attributes_in_cas2: bool
    proxies: tuple[str, ...] = ()
    pgt_iou: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    code: str
    text: str


INVALID_TICKET = Refusal(code="INVALID_TICKET", text="The ticket is not known, was used before or has expired.")
INVALID_SERVICE = Refusal(code="INVALID_SERVICE", text="The ticket was not issued for this service.")
NOT_RENEWED = Refusal(code="INVALID_TICKET", text="The ticket was not issued from a fresh sign-in.")


def random_ticket(prefix: str, length: int = RANDOM_LENGTH) -> str:
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


def hash_of(ticket: str) -> bytes:
    """Tickets are random enough that a plain hash keeps them secret."""
    return sha256(ticket.encode()).digest()


def expiry() -> datetime:
    return now() + timedelta(seconds=configuration().ticket_seconds)


def issue(*, application: Application, session: SsoSession, service: str, is_primary: bool) -> str:
    ticket = random_ticket(PREFIX)
    ServiceTicket.objects.create(
        ticket_hash=hash_of(ticket),
        application=application,
        session=session,
        service=canonical_service(service),
        is_primary=is_primary,
        expires_at=expiry(),
    )
    return ticket


@transaction.atomic
def validate(*, ticket: str, service: str, must_be_new: bool) -> Assertion | Refusal:
    """Spend the ticket and say what it was worth. The deletion stands whatever the answer is; of two who validate the
    same ticket at once, one finds it.
    """
    taken = spend(ticket=ticket, service=service, must_be_new=must_be_new)
    return taken if isinstance(taken, Refusal) else conclude(taken)


@transaction.atomic
def spend(*, ticket: str, service: str, must_be_new: bool) -> Taken | Refusal:
    """Take the ticket out of the world, and refuse it if it is not good for this service."""
    taken = take(ticket)
    if taken is None or taken.expires_at <= now():
        return INVALID_TICKET
    if taken.service != canonical_service(service) or not taken.application.is_enabled:
        return INVALID_SERVICE
    if must_be_new and not taken.is_primary:
        return NOT_RENEWED
    return taken


def take(ticket: str) -> Taken | None:
    row = one_row(TAKE_PROXY if ticket.startswith(PROXY_PREFIX) else TAKE, [hash_of(ticket)])
    application = Application.objects.filter(pk=row[0]).first() if row is not None else None
    if row is None or application is None:
        return None
    _application_id, session_id, service, is_primary, expires_at, proxies = row
    return Taken(
        ticket=ticket,
        application=application,
        session_id=session_id,
        service=service,
        is_primary=is_primary,
        expires_at=expires_at,
        proxies=tuple(json.loads(proxies)),
    )


def conclude(taken: Taken) -> Assertion | Refusal:
    """Tie the application to the live session and say who it is. Call inside a transaction."""
    session = hold_live_session(taken.session_id)
    if session is None:
        return INVALID_TICKET
    application, card = taken.application, card_of(session.account)
    chosen = attributes.chosen_affiliation(application=application, card=card, campus_no=session.campus_no)
    user = chosen.campus_no if chosen is not None else session.campus_no
    open_grant(
        session=session,
        application=application,
        protocol="cas",
        reference=taken.ticket,
        user_name=user,
        service=taken.service,
    )
    return Assertion(
        user=user,
        attributes=attributes.released(application=application, card=card, chosen=chosen),
        authenticated_at=session.authenticated_at,
        is_from_new_login=taken.is_primary,
        has_attributes_in_cas2=application.has_attributes_in_cas2,
        proxies=taken.proxies,
    )
