"""Requests for the front, read so strictly that there is only one way to understand them."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from nanhu.platforms.identity.services.tickets import PREFIX, RANDOM_LENGTH

type Environ = Mapping[str, Any]
LOGIN = "/cas/login"
VALIDATIONS = {"/cas/serviceValidate": False, "/cas/p3/serviceValidate": True}
"""Each with whether it is version 3, which gives attributes to everybody."""
PREFETCH = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
LONGEST_QUERY = 4096
MOST_HOSTS = 64
KEY = re.compile(r"[a-z0-9]{32}")
TICKET = re.compile(rf"{PREFIX}[A-Za-z0-9]{{{RANDOM_LENGTH}}}")
VALUE = re.compile(r"(?:[A-Za-z0-9\-._~!$'()*,:@/?+]|%[0-9A-Fa-f]{2})+")
"""A value as browsers and clients write it. What else there may be (a second `=`, raw 中文) is Django's to understand."""


class TicketRequest(NamedTuple):
    session_key: str
    service: str


class TicketQuestion(NamedTuple):
    ticket: str
    service: str
    is_version_3: bool


def read_ticket_request(environ: Environ) -> TicketRequest | None:
    """A browser with a session that asks for a ticket and for nothing else."""
    if any(environ.get(name) for name in PREFETCH):
        return None
    values = plain_query(environ, ("service",))
    key = session_key(environ.get("HTTP_COOKIE", ""))
    return TicketRequest(key, values["service"]) if values and key else None


def ticket_question(environ: Environ) -> TicketQuestion | None:
    """An application with a service ticket, without a cookie."""
    values = plain_query(environ, ("service", "ticket"))
    if not values or environ.get("HTTP_COOKIE") or not TICKET.fullmatch(values["ticket"]):
        return None
    return TicketQuestion(values["ticket"], values["service"], VALIDATIONS[environ["PATH_INFO"]])


def is_plain_get(environ: Environ) -> bool:
    """To a host of ours, without a body."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and not environ.get("SCRIPT_NAME")
        and environ.get("CONTENT_LENGTH") in (None, "", "0")
        and "HTTP_TRANSFER_ENCODING" not in environ
        and is_own_host(environ.get("HTTP_HOST", ""))
    )


_own_hosts: set[str] = set()


def is_own_host(host: str) -> bool:
    if host in _own_hosts:
        return True
    domain, _port = split_domain_port(host)
    is_own = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
    if is_own and len(_own_hosts) < MOST_HOSTS:
        _own_hosts.add(host)
    return is_own


def plain_query(environ: Environ, names: tuple[str, ...]) -> dict[str, str] | None:
    """Exactly these parameters, once each and not empty, in any order."""
    query: str = environ.get("QUERY_STRING", "")
    parts = query.split("&") if len(query) <= LONGEST_QUERY else []
    if len(parts) != len(names):
        return None
    found: dict[str, str] = {}
    for part in parts:
        name, _equals, value = part.partition("=")
        if name not in names or not VALUE.fullmatch(value):
            return None
        try:
            found[name] = unquote_plus(value, errors="strict")
        except UnicodeDecodeError:
            return None
    return found if len(found) == len(names) else None


def session_key(cookies: str) -> str | None:
    """The one session cookie; None where there is none, several, or an odd one."""
    name = f"{settings.SESSION_COOKIE_NAME}="
    values = [part.strip().removeprefix(name) for part in cookies.split(";") if part.strip().startswith(name)]
    return values[0] if len(values) == 1 and KEY.fullmatch(values[0]) else None
