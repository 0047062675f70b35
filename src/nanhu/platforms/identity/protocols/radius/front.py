"""Accounting before Django: interims that change nothing but counters, which are nearly all, written many in one transaction.

It says yes, after the commit, or nothing: then Django answers, and what it writes does no harm twice. docs/rooms/identity-fast-path.md
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from time import monotonic
from typing import Any, ClassVar, Final

from django.db import DatabaseError, connection
from django.views.decorators.debug import sensitive_variables

from nanhu.kernel.database import away
from nanhu.kernel.database.swift import AskDjangoError
from nanhu.kernel.remembered import Remembered
from nanhu.platforms.identity.front.headers import Headers, is_open_line, protection
from nanhu.platforms.identity.front.requests import Environ, is_own_host
from nanhu.platforms.identity.protocols.radius.facts import LARGEST_QUESTION, accounting_facts
from nanhu.platforms.identity.protocols.radius.network import network_policies
from nanhu.platforms.identity.protocols.radius.services import clients

log = logging.getLogger(__name__)
type Wsgi = Callable[[Any, Any], Iterable[bytes]]
REMEMBERED_SECONDS: Final = 5.0
"""So long a key goes on writing after it was forgotten."""
ASKED_SECONDS: Final = 4.0
MOST_KEYS: Final = 64


@dataclass(slots=True)
class Known:
    """A key that Django has looked at; a second before it grows old one question of it goes to Django again."""

    application: str
    since: float = field(default_factory=monotonic)
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class SureAnswer:
    status: str
    headers: Headers
    body: list[bytes]


_keys: dict[str, Known] = {}


def remember(key: str, application: str) -> None:
    if len(_keys) >= MOST_KEYS:
        _keys.clear()
    _keys[key] = Known(application)


def application_of(key: str) -> str | None:
    known = _keys.get(key)
    age = monotonic() - known.since if known else REMEMBERED_SECONDS
    if known is None or age >= REMEMBERED_SECONDS:
        return None
    if age >= ASKED_SECONDS and not known.is_asked:
        known.is_asked = True
        return None
    return known.application


def is_radius_client(environ: Environ) -> bool:
    """By the head alone, before the body is read: whether FreeRADIUS asks, or somebody else with one of our keys. It lets nobody in."""
    key = str(environ.get("HTTP_X_NANHU_RADIUS_KEY", ""))
    return bool(key) and clients.hash_of(key) in key_hashes()


def living_keys() -> frozenset[bytes]:
    """No key while the database is away: then nobody is answered anyway."""
    if away.noticed.is_set():
        return frozenset()
    try:
        return clients.living_hashes()
    except DatabaseError:
        return frozenset()
    finally:
        if not connection.in_atomic_block:  # before Django, which would close it after its request
            connection.close()


key_hashes: Final = Remembered(living_keys, seconds=REMEMBERED_SECONDS)


class PostFront:
    """A WSGI application around Django's for the posts to one address. It answers what it is sure of and hands on everything else as it came."""

    path: ClassVar[str]

    def __init__(self, django: Wsgi) -> None:
        self.django = django

    @sensitive_variables()
    def __call__(self, environ: dict[str, Any], start_response: Callable[[str, Headers], Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != self.path or not is_plain_post(environ):
            return self.django(environ, start_response)
        body = environ["wsgi.input"].read()
        answer = self.answer(environ, body)
        if answer is None:
            return self.django(environ | {"wsgi.input": BytesIO(body)}, start_response)
        start_response(answer.status, answer.headers)
        return answer.body

    def answer(self, environ: Environ, body: bytes) -> SureAnswer | None:
        """None: ask Django."""
        raise NotImplementedError


class AccountingFront(PostFront):
    path = "/radius/accounting"

    def answer(self, environ: Environ, body: bytes) -> SureAnswer | None:
        return SureAnswer("204 No Content", protection(environ), []) if is_written(environ, body) else None


def is_plain_post(environ: Environ) -> bool:
    """To a host of ours, with a body of known length that was read whole before."""
    length = str(environ.get("CONTENT_LENGTH") or "")
    return (
        environ["REQUEST_METHOD"] == "POST"
        and not environ.get("SCRIPT_NAME")
        and length.isdecimal()
        and 0 < int(length) <= LARGEST_QUESTION
        and "HTTP_TRANSFER_ENCODING" not in environ
        and is_own_host(environ.get("HTTP_HOST", ""))
        and not is_open_line(environ)
        and not away.noticed.is_set()
    )


def is_written(environ: Environ, body: bytes) -> bool:
    application = application_of(environ.get("HTTP_X_NANHU_RADIUS_KEY", ""))
    if application is None:
        return False
    facts = accounting_facts(environ.get("CONTENT_TYPE", ""), body)
    try:
        return any(policy.account_swiftly(application, facts) for policy in network_policies)
    except AskDjangoError as error:
        log.warning("the database did not answer the front of accounting: %s", error)
        return False
