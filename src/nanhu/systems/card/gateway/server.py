"""The door: ASGI in, authentic requests to the operations, signed answers out."""

import asyncio
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from nanhu.kernel.configuration import configuration
from nanhu.systems.card.gateway.database import Database, OutcomeUnknownError
from nanhu.systems.card.gateway.diary import Diary
from nanhu.systems.card.gateway.operations import Operations, Request
from nanhu.systems.card.gateway.payments import PaymentQueue
from nanhu.systems.card.gateway.requests import MalformedError, read_sequence
from nanhu.systems.card.gateway.terminals import Terminal, TerminalDirectory
from nanhu.systems.card.protocol import (
    CLOCK_TOLERANCE_SECONDS,
    LARGEST_BODY,
    SEALED,
    refused,
    request_text,
    sign_response,
)

log = logging.getLogger(__name__)
CONNECTIONS = 4
PREFIX = "/terminal/v1/"
encode = msgspec.json.Encoder().encode

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type Operation = Callable[[Request], Awaitable[tuple[int, bytes]]]


class Gateway:
    """What one process holds: its database, its queue, its terminals. Made inside the running loop."""

    def __init__(self) -> None:
        self.database = Database(configuration().database_url, connections=CONNECTIONS)
        self.payments = PaymentQueue(self.database)
        self.terminals = TerminalDirectory(self.database)
        self.diary = Diary(self.database)
        work = Operations(self.database, self.payments)
        self.operations: dict[str, Operation] = {
            PREFIX + "hello": work.hello,
            PREFIX + "payment": work.payment,
            PREFIX + "reversal": work.reversal,
            PREFIX + "upload": work.upload,
            PREFIX + "query": work.query,
        }

    async def close(self) -> None:
        await self.payments.close()
        await self.terminals.close()
        await self.diary.close()
        await self.database.close()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        operation = self.operations.get(path)
        if operation is None or scope["method"] != "POST":
            await self.serve_other(path, send)
            return
        body = await read_body(receive)
        if body is None:
            await reply(send, 413, encode(refused("too_large")))
            return
        number, sequence, clock, signature = credentials(scope)
        try:
            terminal = await self.terminals.find(number)
        except OutcomeUnknownError:
            await reply(send, 503, encode(refused("outcome_unknown")))
            return
        if terminal is None:
            self.refuse_at_door(scope, number, "terminal_unknown")
            await reply(send, 401, encode(refused("terminal_unknown")))
            return
        status, answer = await self.answer(operation, scope, terminal, sequence, clock, signature, body)
        sealed = sign_response(terminal.key, request_signature=signature, status=status, body=answer)
        await reply(send, status, answer, sealed)

    async def answer(
        self, operation: Operation, scope: Scope, terminal: Terminal, sequence: str, clock: str, signature: str, body: bytes
    ) -> tuple[int, bytes]:
        expected = SEALED(terminal.key, request_text("POST", scope["path"], terminal.number, sequence, clock, body)).hex()
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            self.refuse_at_door(scope, terminal.number, "signature_wrong")
            return 401, encode(refused("signature_wrong"))
        if not clock_is_right(clock) and not scope["path"].endswith("/hello"):
            self.refuse_at_door(scope, terminal.number, "clock_wrong", clock)
            return 401, encode(refused("clock_wrong", server_time=time.time()))
        self.diary.saw(terminal.id, read_sequence(sequence) or 0)
        try:
            return await operation(Request(terminal, sequence, body))
        except MalformedError:
            self.refuse_at_door(scope, terminal.number, "malformed")
            return 400, encode(refused("malformed"))
        except OutcomeUnknownError:
            return 503, encode(refused("outcome_unknown"))

    def refuse_at_door(self, scope: Scope, terminal: str, code: str, detail: str = "") -> None:
        client = scope.get("client") or ("", 0)
        self.diary.refuse(terminal=terminal, address=str(client[0]), code=code, detail=detail)

    async def serve_other(self, path: str, send: Send) -> None:
        if path == "/health":
            await reply(send, 200, b'{"gateway":"ok"}')
        else:
            await reply(send, 404, encode(refused("not_found")))


def credentials(scope: Scope) -> tuple[str, str, str, str]:
    number = sequence = clock = signature = b""
    for name, value in scope["headers"]:
        if name == b"nanhu-signature":
            signature = value
        elif name == b"nanhu-terminal":
            number = value
        elif name == b"nanhu-sequence":
            sequence = value
        elif name == b"nanhu-clock":
            clock = value
    return number.decode("latin-1"), sequence.decode("latin-1"), clock.decode("latin-1"), signature.decode("latin-1")


def clock_is_right(clock: str) -> bool:
    if not (clock.isascii() and clock.isdigit() and len(clock) <= 12):
        return False
    return abs(time.time() - int(clock)) <= CLOCK_TOLERANCE_SECONDS


async def read_body(receive: Receive) -> bytes | None:
    """The whole body, or None where it is larger than any request may be."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body", False) and len(body) <= LARGEST_BODY:
        message = await receive()
        body += message.get("body", b"")
    return body if len(body) <= LARGEST_BODY else None


async def reply(send: Send, status: int, body: bytes, signature: str = "") -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if signature:
        headers.append((b"nanhu-signature", signature.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class Application:
    """Makes the gateway at the first request (or at lifespan start-up), inside the server's loop."""

    def __init__(self) -> None:
        self.gateway: Gateway | None = None
        self.lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            gateway = self.gateway or await self.start()
            await gateway.serve(scope, receive, send)

    async def start(self) -> Gateway:
        async with self.lock:
            if self.gateway is None:
                gateway = Gateway()
                await gateway.database.open()
                self.gateway = gateway
            return self.gateway

    async def live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self.gateway is not None:
                    await self.gateway.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


application = Application()
