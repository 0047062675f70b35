"""`POST /radius/accounting` on a port of its own, as an RSGI program: no thread waits for a commit, and interims of the whole house are written together.

What it is not sure of Django answers, on threads of this process: it says what the pages' port says at this address.
"""

import asyncio
import logging
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # its stub forgets to say so

from nanhu.kernel.connections import ConnectionGuard
from nanhu.kernel.database.swift import AskDjangoError
from nanhu.kernel.rsgi import Answer, Wsgi, WsgiThreads, environ_of, whole_body
from nanhu.platforms.identity.front.headers import protection
from nanhu.platforms.identity.front.requests import Environ
from nanhu.platforms.identity.protocols.radius.facts import LARGEST_QUESTION, accounting_facts
from nanhu.platforms.identity.protocols.radius.front import application_of, is_plain_post
from nanhu.platforms.identity.protocols.radius.network import network_policies

log = logging.getLogger(__name__)
PATH: Final = "/radius/accounting"
HEALTH: Final = "/health"
BODY_SECONDS: Final = 20.0
NOT_FOUND: Final = Answer(HTTPStatus.NOT_FOUND, [])
TOO_LARGE: Final = Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, [])
TOO_LATE: Final = Answer(HTTPStatus.REQUEST_TIMEOUT, [])
WELL: Final = Answer(HTTPStatus.NO_CONTENT, [])


class AccountingServer:
    def __init__(self, django: Wsgi, guard: ConnectionGuard, *, threads: int) -> None:
        self.django = WsgiThreads(django, threads=threads)
        self.guard = guard

    def __rsgi_init__(self, _loop: asyncio.AbstractEventLoop) -> None:
        self.guard.start()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        with suppress(ProtocolClosed):
            answer = await self.answer(scope, protocol)
            if answer.body:
                protocol.response_bytes(answer.status, answer.headers, answer.body)
            else:
                protocol.response_empty(answer.status, answer.headers)

    async def answer(self, scope: Any, protocol: Any) -> Answer:
        if scope.path != PATH:
            return WELL if scope.path == HEALTH else NOT_FOUND
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await whole_body(scope.headers, protocol, LARGEST_QUESTION)
        except TimeoutError:
            return TOO_LATE
        if len(body) > LARGEST_QUESTION:
            return TOO_LARGE
        environ = environ_of(scope, body)
        if is_plain_post(environ) and await is_written(environ, body):
            return Answer(HTTPStatus.NO_CONTENT, protection(environ))
        return await self.django.answer(environ)


async def is_written(environ: Environ, body: bytes) -> bool:
    """As the front of the pages' port, without a thread that waits."""
    application = application_of(environ.get("HTTP_X_NANHU_RADIUS_KEY", ""))
    if application is None:
        return False
    facts = accounting_facts(environ.get("CONTENT_TYPE", ""), body)
    try:
        for policy in network_policies:
            soon = policy.account_soon(application, facts)
            if soon is not None and await soon:
                return True
    except AskDjangoError as error:
        log.warning("the database did not answer the door of accounting: %s", error)
    return False
