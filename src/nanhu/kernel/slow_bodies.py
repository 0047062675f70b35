"""Slow senders before a WSGI program: a thread never waits long for a body, and never many of them for one address.

Each web worker has a few threads, and whoever reads a body holds one. So reading takes a slot (some threads stay free for
whoever sends nothing), a form is read whole before the program is called, and a body that comes too slowly is cut.
"""

import contextlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http import HTTPStatus
from io import BytesIO
from typing import Any, NamedTuple

from nanhu.kernel.bodies import LARGEST_FORM
from nanhu.kernel.connections import ConnectionGuard

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 10.0
SLOWEST_BYTES_A_SECOND = 8 * 1024
LOOK_SECONDS = 1.0
FREE_THREADS = 2
SLACK_MS = 500.0

type Environ = dict[str, Any]
type Wsgi = Callable[[Any, Any], Iterable[bytes]]


class Reading(NamedTuple):
    address: str
    begun: float
    deadline: float


class BodyGuard:
    """A WSGI application around the program's, with the guard of the process's connections."""

    def __init__(self, program: Wsgi, guard: ConnectionGuard, *, threads: int) -> None:
        self.program = program
        self.guard = guard
        self.most = max(1, threads - FREE_THREADS)
        self.most_of_one = max(1, threads // 2)
        self.lock = threading.Lock()
        self.readings: dict[int, Reading] = {}
        self.is_watching = False

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not self.is_watching:
            self.watch()
        length = length_in(environ)
        if length == 0:
            return self.program(environ, start_response)
        address = str(environ.get("REMOTE_ADDR", ""))
        with self.slot(address, length) as may_read:
            if not may_read:
                return without_the_program(start_response, HTTPStatus.SERVICE_UNAVAILABLE)
            if length > LARGEST_FORM:
                ended = partial(self.ended, threading.get_ident())
                return self.program(
                    environ | {"wsgi.input": Upload(environ["wsgi.input"], length, ended)}, start_response
                )
            body = environ["wsgi.input"].read(length)
        if len(body) < length:
            return without_the_program(start_response, HTTPStatus.REQUEST_TIMEOUT)
        return self.program(environ | {"wsgi.input": BytesIO(body)}, start_response)

    @contextlib.contextmanager
    def slot(self, address: str, length: int) -> Iterator[bool]:
        now, mark = time.monotonic(), threading.get_ident()
        reading = Reading(address, now, now + PATIENCE_SECONDS + length / SLOWEST_BYTES_A_SECOND)
        with self.lock:
            may_read = self.has_room(address)
            if may_read:
                self.readings[mark] = reading
        try:
            yield may_read
        finally:
            if may_read:
                self.ended(mark)

    def ended(self, mark: int) -> None:
        """Under the lock: who counts the readings meanwhile would fail, and his request with a 500."""
        with self.lock:
            self.readings.pop(mark, None)

    def has_room(self, address: str) -> bool:
        held = Counter(one.address for one in self.readings.values())
        of_one = self.most if self.guard.bounds.is_proxy(address) else self.most_of_one
        return held.total() < self.most and held[address] < of_one

    def watch(self) -> None:
        with self.lock:
            if not self.is_watching:
                self.is_watching = True
                self.guard.start()
                threading.Thread(target=self.cut_now_and_then, name="slow bodies", daemon=True).start()

    def cut_now_and_then(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            try:
                self.cut_late()
            except Exception:
                log.exception("slow bodies could not be looked at")

    def cut_late(self) -> None:
        now = time.monotonic()
        with self.lock:
            readings = list(self.readings.values())
        for reading in readings:
            if now > reading.deadline:
                since_ms = 1000 * (now - reading.begun)
                cut = self.guard.cut_unanswered(reading.address, since_ms=since_ms - SLACK_MS)
                log.warning("cut %d connections whose bodies came too slowly", cut)


class Upload:
    """A body that the program reads itself; `ended` is called once the last byte of it came."""

    def __init__(self, stream: Any, length: int, ended: Callable[[], object]) -> None:
        self.stream, self.left, self.ended = stream, length, ended

    def read(self, size: int = -1) -> bytes:
        return self.noted(self.stream.read(size))

    def readline(self, size: int = -1) -> bytes:
        return self.noted(self.stream.readline(size))

    def noted(self, piece: bytes) -> bytes:
        self.left -= len(piece)
        if self.left <= 0:
            self.ended()
        return piece


def length_in(environ: Environ) -> int:
    text = str(environ.get("CONTENT_LENGTH") or "")
    return int(text) if text.isdecimal() else 0


def without_the_program(start_response: Any, status: HTTPStatus) -> list[bytes]:
    start_response(
        f"{status} {status.phrase}", [("Content-Type", "text/plain"), ("Retry-After", "2"), ("Connection", "close")]
    )
    return [f"{status.phrase}\n".encode()]
