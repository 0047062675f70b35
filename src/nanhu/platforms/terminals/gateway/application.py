"""The gateway behind an HTTP server: ASGI, which every server speaks, and RSGI, in which Granian needs half the time."""

import asyncio
import contextlib
import logging.config
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, Protocol

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # its stub forgets to say so

from nanhu.kernel.configuration import configuration
from nanhu.kernel.connections import guard_of
from nanhu.kernel.garbage import collect_seldom
from nanhu.kernel.logs import logging_settings
from nanhu.kernel.proxies import visitor
from nanhu.kernel.rsgi import address_in, whole_body
from nanhu.platforms.terminals.gateway.frames import Response, SignedRequest
from nanhu.platforms.terminals.wire import LARGEST_BODY

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
JSON = ("content-type", "application/json")
FORWARDED = "x-forwarded-for"
BODY_SECONDS = 20.0
"""Whoever sends 256 KiB more slowly than this is cut: a body is in memory until it is whole."""


class Gateway(Protocol):
    """What the room above answers with."""

    async def serve(self, request: SignedRequest) -> Response: ...
    async def close(self) -> None: ...


class Application[G: Gateway]:
    """Makes the gateway at the first request (or at lifespan start-up), inside the server's loop."""

    def __init__(self, make: Callable[[], G]) -> None:
        self.make = make
        self.gateway: G | None = None
        self.lock = asyncio.Lock()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        gateway = self.gateway or await self.start()
        find = scope.headers.get
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await whole_body(scope.headers, protocol, LARGEST_BODY)
        except TimeoutError:
            protocol.response_empty(HTTPStatus.REQUEST_TIMEOUT, [])
            return
        except ProtocolClosed:
            return
        request = SignedRequest(
            scope.method,
            scope.path,
            find("nanhu-terminal", ""),
            find("nanhu-sequence", ""),
            find("nanhu-clock", ""),
            find("nanhu-signature", ""),
            visitor(address_in(scope.client), ",".join(scope.headers.get_all(FORWARDED))),
            body,
        )
        response = await gateway.serve(request)
        headers = [JSON, ("nanhu-signature", response.signature)] if response.signature else [JSON]
        with contextlib.suppress(ProtocolClosed):
            protocol.response_bytes(response.status, headers, response.body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            gateway = self.gateway or await self.start()
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    request = await request_in(scope, receive)
            except TimeoutError:
                await send({"type": "http.response.start", "status": HTTPStatus.REQUEST_TIMEOUT, "headers": []})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            response = await gateway.serve(request)
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(response.body)).encode())]
            if response.signature:
                headers.append((b"nanhu-signature", response.signature.encode()))
            await send({"type": "http.response.start", "status": response.status, "headers": headers})
            await send({"type": "http.response.body", "body": response.body, "more_body": False})

    async def start(self) -> G:
        async with self.lock:
            if self.gateway is None:
                self.gateway = self.make()
                collect_seldom()
                guard_of(configuration()).start()
                logging.config.dictConfig(logging_settings(configuration().log_format))
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


async def request_in(scope: Scope, receive: Receive) -> SignedRequest:
    found = {name: value.decode("latin-1") for name, value in scope["headers"] if name.startswith(b"nanhu-")}
    forwarded = b",".join(value for name, value in scope["headers"] if name == FORWARDED.encode())
    client = scope.get("client") or ("", 0)
    return SignedRequest(
        scope["method"],
        scope["path"],
        found.get(b"nanhu-terminal", ""),
        found.get(b"nanhu-sequence", ""),
        found.get(b"nanhu-clock", ""),
        found.get(b"nanhu-signature", ""),
        visitor(str(client[0]), forwarded.decode("latin-1")),
        await body_of(receive),
    )


async def body_of(receive: Receive) -> bytes:
    """The whole body; of one too large just enough to see that it is."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body", False) and len(body) <= LARGEST_BODY:
        message = await receive()
        body += message.get("body", b"")
    return body
