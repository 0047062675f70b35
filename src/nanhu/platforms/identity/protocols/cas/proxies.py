"""CAS proxy tickets (代理票据): an application asks another one in a person's name, as long as the session lives."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from django.db import transaction

from nanhu.kernel.configuration import configuration
from nanhu.kernel.outgoing import Call, is_loopback_name, send
from nanhu.platforms.identity import gate, queries
from nanhu.platforms.identity.errors import ServiceRefusedError
from nanhu.platforms.identity.models import Application, ProxyGrantingTicket, ProxyTicket, SsoSession
from nanhu.platforms.identity.rules_urls import canonical_service, is_covered
from nanhu.platforms.identity.services import access, tickets
from nanhu.platforms.identity.services.applications import application_for
from nanhu.platforms.identity.services.sessions import hold_live_session
from nanhu.platforms.identity.services.tickets import INVALID_TICKET, Assertion, Refusal, Taken

PGT_PREFIX, IOU_PREFIX = "PGT-", "PGTIOU-"
PGT_RANDOM_LENGTH = 50  # 64 characters with the longest prefix fit the clients' columns; 297 bits
CALL_BACK_SECONDS = 5.0
LONGEST_CHAIN = 10

MAY_NOT_PROXY = Refusal(
    code="UNAUTHORIZED_SERVICE_PROXY", text="The service is not allowed to ask for proxy-granting tickets."
)
BAD_CALL_BACK = Refusal(
    code="INVALID_PROXY_CALLBACK", text="The pgtUrl is not https, not registered, or could not be trusted."
)
UNKNOWN_TARGET = Refusal(code="UNAUTHORIZED_SERVICE", text="The target service is not open to this person.")
FOREIGN_TARGET = Refusal(
    code="UNAUTHORIZED_SERVICE_PROXY", text="The registry does not let this service ask for tickets to that target."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A proxy-granting ticket, and the name (IOU) under which the application finds it."""

    pgt: str
    iou: str


def validate(*, ticket: str, service: str, must_be_new: bool, call_back: str) -> Assertion | Refusal:
    """As `tickets.validate`, with a proxy-granting ticket handed over at `call_back` if that address can be trusted.

    Nothing is locked while the other side is called. The proxy-granting ticket is kept once it has been taken.
    """
    taken = tickets.spend(ticket=ticket, service=service, must_be_new=must_be_new)
    if isinstance(taken, Refusal):
        return taken
    pair = hand_over(taken, call_back)
    if isinstance(pair, Refusal):
        return pair
    with transaction.atomic():
        verdict = tickets.conclude(taken)
        if isinstance(verdict, Refusal) or pair is None:
            return verdict
        ProxyGrantingTicket.objects.create(
            ticket_hash=tickets.hash_of(pair.pgt),
            application=taken.application,
            session_id=taken.session_id,
            chain=[call_back, *taken.proxies],
        )
        return replace(verdict, pgt_iou=pair.iou)


def hand_over(taken: Taken, call_back: str) -> Pair | Refusal | None:
    """Bring a fresh pair to the application. None when it answered that it does not want it."""
    if not taken.application.proxy_prefixes or len(taken.proxies) >= LONGEST_CHAIN:
        return MAY_NOT_PROXY
    if not may_be_called_back(taken.application, call_back):
        return BAD_CALL_BACK
    pair = Pair(
        pgt=tickets.random_ticket(PGT_PREFIX, PGT_RANDOM_LENGTH),
        iou=tickets.random_ticket(IOU_PREFIX, PGT_RANDOM_LENGTH),
    )
    joint = "&" if "?" in call_back else "?"
    address = f"{call_back}{joint}{urlencode({'pgtId': pair.pgt, 'pgtIou': pair.iou})}"
    try:
        status = send(Call(address=address), seconds=CALL_BACK_SECONDS).status
    except OSError:
        return BAD_CALL_BACK
    return pair if status == HTTPStatus.OK else None


def may_be_called_back(application: Application, address: str) -> bool:
    """https, inside what the application registered for this; on a machine of the sample campus also itself by http."""
    if "#" in address or not any(is_covered(service=address, prefix=prefix) for prefix in application.proxy_prefixes):
        return False
    parts = urlsplit(address)
    return parts.scheme.lower() == "https" or (configuration().demo and is_loopback_name(parts.hostname or ""))


@transaction.atomic
def ask_proxy_ticket(*, pgt: str, target: str) -> str | Refusal:
    """A proxy ticket for the target service, if the registry names that as a target of the application that asks, the
    person may use it and the session lives.

    The application that asks is judged anew as well: what it was granted ends with its own right to the person.
    """
    granting = (
        ProxyGrantingTicket.objects.select_related("application").filter(ticket_hash=tickets.hash_of(pgt)).first()
    )
    session = hold_live_session(granting.session_id) if granting is not None else None
    if granting is None or session is None or not granting.application.is_enabled:
        return INVALID_TICKET
    if not granting.application.proxy_prefixes or not is_open(session, granting.application):
        return MAY_NOT_PROXY
    application = open_to(session, target)
    if application is None:
        return UNKNOWN_TARGET
    if application.key not in granting.application.proxy_targets:
        return FOREIGN_TARGET
    ticket = tickets.random_ticket(tickets.PROXY_PREFIX)
    ProxyTicket.objects.create(
        ticket_hash=tickets.hash_of(ticket),
        granting=granting,
        application=application,
        service=canonical_service(target),
        expires_at=tickets.expiry(),
    )
    return ticket


def open_to(session: SsoSession, target: str) -> Application | None:
    """The target's application, by the same rules as if the person came with a browser."""
    try:
        application = application_for(target)
    except ServiceRefusedError:
        return None
    return application if is_open(session, application) else None


def is_open(session: SsoSession, application: Application) -> bool:
    """May the person use it, and is the session strong enough for it?"""
    if not access.decide(account=session.account, application=application).is_allowed:
        return False
    known = queries.live_session(account_id=session.account_id, session_id=session.pk)
    return known is not None and not gate.owes_second_factor(known, demanded=application.demands_second_factor)
