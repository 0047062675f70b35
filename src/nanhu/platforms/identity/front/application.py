"""The WSGI application of the front: it answers a request itself or hands it to Django."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.db import Error as DatabaseError
from django.utils.encoding import iri_to_uri

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.crypto import encrypt
from nanhu.kernel.database import away
from nanhu.platforms.identity.cas_answers import XML_TYPE, xml_text
from nanhu.platforms.identity.front.database import TICKET, VERDICT, AskDjangoError, Connections, Database
from nanhu.platforms.identity.front.headers import Headers, is_open_line, protection
from nanhu.platforms.identity.front.people import owner_of
from nanhu.platforms.identity.front.randomness import new_ticket
from nanhu.platforms.identity.front.registry import Known, Registry
from nanhu.platforms.identity.front.requests import (
    LOGIN,
    VALIDATIONS,
    Environ,
    TicketQuestion,
    TicketRequest,
    is_plain_get,
    read_ticket_request,
    ticket_question,
)
from nanhu.platforms.identity.marks import cookie_mark
from nanhu.platforms.identity.rules_urls import canonical_service, with_ticket
from nanhu.platforms.identity.services import attributes
from nanhu.platforms.identity.services.tickets import Assertion, expiry, hash_of

log = logging.getLogger(__name__)
type Start = Callable[[str, Headers], Any]
type Wsgi = Callable[[Any, Any], Iterable[bytes]]
GRANT_PURPOSE = "identity.sso_ticket"
HTML = "text/html; charset=utf-8"


class Front:
    """A WSGI application around Django's. It answers what it is sure of and hands on everything else as it came."""

    def __init__(self, django: Wsgi, database: Database | None = None) -> None:
        self.django = django
        self.database = database or Connections()
        self.registry = Registry(self.database)
        self.idle = f"{configuration().session_idle_minutes} minutes"
        self.longest = f"{configuration().session_hours} hours"

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if self.is_ours(environ, path):
            try:
                answer = self.ticket(environ) if path == LOGIN else self.verdict(environ)
            except (AskDjangoError, DatabaseError) as error:
                log.warning("the database did not answer the front: %s", error)
                answer = None
            if answer is not None:
                status, headers, body = answer
                headers += [("Content-Length", str(len(body))), *protection(environ)]
                start_response(status, headers)
                return [body]
        return self.django(environ, start_response)

    def is_ours(self, environ: Environ, path: str) -> bool:
        """While the database is away Django tells the visitor so, and looks whether it is back."""
        is_mine = path == LOGIN or path in VALIDATIONS
        return is_mine and is_plain_get(environ) and not is_open_line(environ) and not away.noticed.is_set()

    def ticket(self, environ: Environ) -> tuple[str, Headers, bytes] | None:
        """A signed-in browser is sent back with a ticket."""
        request = read_ticket_request(environ)
        known = self.registry.find(request.service) if request is not None else None
        if request is None or known is None:
            return None
        ticket = new_ticket()
        if not self.issued(request, known, ticket):
            self.registry.forget(request.service)
            return None
        headers = [("Location", iri_to_uri(with_ticket(request.service, ticket))), ("Content-Type", HTML)]
        return "302 Found", headers, b""

    def issued(self, request: TicketRequest, known: Known, ticket: str) -> bool:
        return None is not self.database.value(
            TICKET,
            [
                cookie_mark(request.session_key),
                request.session_key,
                known.application.pk,
                known.version,
                now().isoformat(),
                self.idle,
                self.longest,
                hash_of(ticket),
                canonical_service(request.service),
                expiry().isoformat(),
            ],
        )

    def verdict(self, environ: Environ) -> tuple[str, Headers, bytes] | None:
        """An application is told whose ticket it was."""
        question = ticket_question(environ)
        known = self.registry.find(question.service) if question is not None else None
        if question is None or known is None or not known.may_answer:
            return None
        answer = self.spent(question, known)
        if answer is None:
            self.registry.forget(question.service)
            return None
        assertion = assertion_of(answer, known)
        text = xml_text(assertion, with_attributes=question.is_version_3 or assertion.has_attributes_in_cas2)
        return "200 OK", [("Content-Type", XML_TYPE)], text.encode()

    def spent(self, question: TicketQuestion, known: Known) -> bytes | None:
        return self.database.value(
            VERDICT,
            [
                hash_of(question.ticket),
                known.application.pk,
                known.version,
                known.application.user_name,
                canonical_service(question.service),
                now().isoformat(),
                self.idle,
                self.longest,
                encrypt(question.ticket, purpose=GRANT_PURPOSE),
            ],
        )


def assertion_of(answer: bytes, known: Known) -> Assertion:
    """The very code that Django's view runs, on what the database told."""
    owner, application = owner_of(answer), known.application
    chosen = attributes.chosen_affiliation(application=application, card=owner.card, campus_no=owner.facts.campus_no)
    return Assertion(
        user=chosen.campus_no if chosen is not None else owner.facts.campus_no,
        attributes=attributes.released(application=application, card=owner.card, chosen=chosen),
        authenticated_at=owner.facts.authenticated_at,
        is_from_new_login=owner.facts.is_primary,
        has_attributes_in_cas2=application.has_attributes_in_cas2,
    )
