"""What a program of ours needs of RSGI, in which Granian answers at half the cost of ASGI: bodies with a bound, and a WSGI program on threads behind it."""

import asyncio
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, NamedTuple

type Environ = dict[str, Any]
type Headers = list[tuple[str, str]]
type Wsgi = Callable[[Any, Any], Iterable[bytes]]


class Answer(NamedTuple):
    status: int
    headers: Headers
    body: bytes = b""


def address_in(client: str) -> str:
    """Without the port: who asks takes another with each connection."""
    address, _colon, port = client.rpartition(":")
    return address.strip("[]") if port.isdecimal() and ("." in address or address.endswith("]")) else client


async def whole_body(headers: Any, protocol: Any, most: int) -> bytes:
    """In one step where the length is known to be small; of one larger than `most` just enough to see that it is. A body in chunks
    has no length, whatever is said of it beside."""
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) <= most and not headers.get("transfer-encoding", ""):
        return bytes(await protocol())
    body = b""
    async for piece in protocol:
        body += piece
        if len(body) > most:
            break
    return body


def environ_of(scope: Any, body: bytes) -> Environ:
    """What a WSGI program is told of this request; its path must be one without escapes. Headers that are written with underscores are left
    out: to a WSGI program they are the same as those with hyphens."""
    address, _colon, port = str(scope.server).rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path,
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": address,
        "SERVER_PORT": port,
        "REMOTE_ADDR": address_in(scope.client),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" not in name:
            key = name.upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


class WsgiThreads:
    """A WSGI program for the requests of an event loop, `threads` at once; the others wait."""

    def __init__(self, program: Wsgi, *, threads: int) -> None:
        self.program = program
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="wsgi")

    async def answer(self, environ: Environ) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self.pool, self.run, environ)

    def run(self, environ: Environ) -> Answer:
        begun: list[tuple[str, Headers]] = []
        pieces = self.program(environ, lambda status, headers, *_error: begun.append((status, headers)))
        try:
            body = b"".join(pieces)
        finally:
            if close := getattr(pieces, "close", None):
                close()
        status, headers = begun[-1]
        return Answer(int(status[:3]), [(name.lower(), value) for name, value in headers], body)
