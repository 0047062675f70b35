"""Slow senders before a WSGI program: a thread never waits long for a body, and never many of them for one address.

Each web worker has a few threads, and whoever reads a body holds one. So reading takes a slot (some threads stay free for
whoever sends nothing), a form is read whole before the program is called, and a body that comes too slowly, or of which nothing
comes any more, is cut. Whoever finds the slots taken by bodies that have only just begun waits for one: those that are there
already are read in no time. A program that holds a key of ours is no stranger: machines have slots of their own.
"""

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from io import BytesIO
from typing import Any

from nanhu.kernel.bodies import LARGEST_FORM
from nanhu.kernel.connections import ConnectionGuard, group_of

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 10.0
SLOWEST_BYTES_A_SECOND = 8 * 1024
PIECE = 16 * 1024
IDLE_SECONDS = PATIENCE_SECONDS + PIECE / SLOWEST_BYTES_A_SECOND
"""A piece that takes longer does not come: whoever declared a large body and sends nothing holds a thread no longer than this."""
BRIEF_SECONDS = 0.5
"""A body that is there already is read long before; one that takes longer is waited for by nobody."""
FREE_THREADS = 2
SLACK_MS = 500.0

type Environ = dict[str, Any]
type Wsgi = Callable[[Any, Any], Iterable[bytes]]


@dataclass(slots=True)
class Reading:
    """A body that is being read, in `time.monotonic()`; `waits_since` while its thread waits for a piece. `group`: whose it is.
    `is_machine`: of one with a key of ours."""

    group: str
    begun: float
    deadline: float
    waits_since: float | None = None
    is_machine: bool = False

    def is_late(self, now: float) -> bool:
        return now > self.deadline or (self.waits_since is not None and now > self.waits_since + IDLE_SECONDS)


class BodyGuard:
    """A WSGI application around the program's, with the guard of the process's connections. `is_machine`: whether the head of a request holds
    a key of ours."""

    def __init__(
        self,
        program: Wsgi,
        guard: ConnectionGuard,
        *,
        threads: int,
        is_machine: Callable[[Environ], bool] = lambda _environ: False,
    ) -> None:
        self.program = program
        self.guard = guard
        self.is_machine = is_machine
        self.threads = threads
        self.most = max(1, threads - FREE_THREADS)
        self.most_of_one = max(1, threads // 2)
        self.lock = threading.Condition(threading.Lock())
        self.readings: dict[int, Reading] = {}
        self.waiting = 0
        self.is_watching = False

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not self.is_watching:
            self.watch()
        if self.guard.takes_leave():
            start_response = partial(closing, start_response)
        length = length_in(environ)
        if length == 0:
            return self.program(environ, start_response)
        with self.slot(environ, length) as reading:
            if reading is None:
                return without_the_program(start_response, HTTPStatus.SERVICE_UNAVAILABLE)
            ended = partial(self.ended, threading.get_ident())
            upload = Upload(environ["wsgi.input"], length, reading, ended)
            if length > LARGEST_FORM:
                answer = self.program(environ | {"wsgi.input": upload}, start_response)
                if self.guard.bounds.is_proxy(str(environ.get("REMOTE_ADDR", ""))):
                    upload.pass_over_rest()
                return answer
            body = upload.read(length)
        if len(body) < length:
            return without_the_program(start_response, HTTPStatus.REQUEST_TIMEOUT)
        return self.program(environ | {"wsgi.input": BytesIO(body)}, start_response)

    @contextlib.contextmanager
    def slot(self, environ: Environ, length: int) -> Iterator[Reading | None]:
        address, mark = str(environ.get("REMOTE_ADDR", "")), threading.get_ident()
        is_machine = length <= LARGEST_FORM and self.is_machine(environ)
        with self.lock:
            may_read = self.has_place(address, is_machine=is_machine)
            now = time.monotonic()
            deadline = now + PATIENCE_SECONDS + length / SLOWEST_BYTES_A_SECOND
            reading = Reading(group_of(address), now, deadline, is_machine=is_machine)
            if may_read:
                self.readings[mark] = reading
        try:
            yield reading if may_read else None
        finally:
            if may_read:
                self.ended(mark)

    def ended(self, mark: int) -> None:
        """Under the lock: who counts the readings meanwhile would fail, and his request with a 500."""
        if mark not in self.readings:
            return
        with self.lock:
            if self.readings.pop(mark, None) is not None and self.waiting:
                self.lock.notify_all()

    def has_place(self, address: str, *, is_machine: bool) -> bool:
        """Perhaps after a moment: those who wait hold threads as well, and leave as many free; behind a proxy, which takes bodies in before
        it asks, all may wait. Machines have as many places, of their own: strangers take none of them, and a stolen key no more."""
        group, until = group_of(address), time.monotonic() + BRIEF_SECONDS
        of_one, at_once = self.most_of_one, float(self.most)
        if is_machine or self.guard.bounds.is_proxy(address):
            of_one, at_once = self.most, math.inf if is_machine else self.threads
        while not self.has_room(group, of_one, is_machine=is_machine):
            now = time.monotonic()
            in_all = self.held(group, is_machine=is_machine)[0] + self.waiting
            is_slow = not self.has_room(group, of_one, is_machine=is_machine, begun_before=now - BRIEF_SECONDS)
            if now >= until or is_slow or in_all >= at_once:
                return False
            self.waiting += 1
            self.lock.wait(until - now)
            self.waiting -= 1
        return True

    def has_room(self, group: str, of_one: int, *, is_machine: bool, begun_before: float = math.inf) -> bool:
        held, of_group = self.held(group, is_machine=is_machine, begun_before=begun_before)
        return held < self.most and of_group < of_one

    def held(self, group: str, *, is_machine: bool, begun_before: float = math.inf) -> tuple[int, int]:
        """Slots in all, and of this group."""
        groups = [
            one.group for one in self.readings.values() if one.is_machine == is_machine and one.begun <= begun_before
        ]
        return len(groups), groups.count(group)

    def watch(self) -> None:
        with self.lock:
            if not self.is_watching:
                self.is_watching = True
                self.guard.alongside.append(self.cut_late)
                self.guard.start()

    def cut_late(self) -> None:
        now = time.monotonic()
        with self.lock:
            readings = list(self.readings.values())
        for reading in readings:
            if reading.is_late(now):
                since_ms = 1000 * (now - reading.begun)
                cut = self.guard.cut_unanswered(reading.group, since_ms=since_ms - SLACK_MS)
                log.warning("cut %d connections whose bodies came too slowly", cut)


class Upload:
    """A body, taken from the connection piece by piece; `ended` is called once the last byte of it came."""

    def __init__(self, stream: Any, length: int, reading: Reading, ended: Callable[[], object]) -> None:
        self.stream, self.left, self.reading, self.ended = stream, length, reading, ended

    def read(self, size: int = -1) -> bytes:
        wanted, pieces = self.left if size < 0 else min(size, self.left), []
        while wanted > 0 and (piece := self.waited_for(self.stream.read, min(wanted, PIECE))):
            pieces.append(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def pass_over_rest(self) -> None:
        """What the program refused by the head. A proxy holds the body already and sends it to the end: a connection that is closed
        meanwhile costs it our answer, and the person is told 502."""
        while self.left > 0 and self.waited_for(self.stream.read, min(self.left, PIECE)):
            pass

    def readline(self, size: int = -1) -> bytes:
        return self.waited_for(self.stream.readline, size)

    def waited_for(self, read: Callable[[int], bytes], size: int) -> bytes:
        self.reading.waits_since = time.monotonic()
        piece = read(size)
        self.reading.waits_since = None
        self.left -= len(piece)
        if self.left <= 0:
            self.ended()
        return piece


def length_in(environ: Environ) -> int:
    text = str(environ.get("CONTENT_LENGTH") or "")
    return int(text) if text.isdecimal() else 0


def closing(start_response: Any, status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
    return start_response(status, [*headers, ("Connection", "close")], *error)


def without_the_program(start_response: Any, status: HTTPStatus) -> list[bytes]:
    start_response(
        f"{status} {status.phrase}", [("Content-Type", "text/plain"), ("Retry-After", "2"), ("Connection", "close")]
    )
    return [f"{status.phrase}\n".encode()]
