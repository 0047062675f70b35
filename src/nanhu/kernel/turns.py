"""Turns at the interpreter: a few pages of a web process are made at once, the others wait in line (admission control under the threads).

A thread that waits for the database lets the next one run, and has the interpreter back only when that one waits in its turn: of eight pages
begun together each takes as long as all eight. Begun one after another they end one after another, and as many are made in a second.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

TURN_SECONDS = 0.25
"""Whoever takes longer waits for something else (a lock, a slow body) and counts no more."""
_held = threading.local()

type Wsgi = Callable[[Any, Any], Iterable[bytes]]


class Turns:
    """A WSGI application around the program's. A turn ends with the head of the answer; what streams after it is not counted."""

    def __init__(self, program: Wsgi, *, at_once: int) -> None:
        self.program, self.at_once = program, at_once
        self.lock = threading.Lock()
        self.running: dict[threading.Event, float] = {}
        self.waiting: dict[threading.Event, None] = {}

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        turn = self.begin()
        _held.line = self, turn
        try:
            return self.program(environ, start_response)
        finally:
            del _held.line
            self.end(turn)

    def begin(self) -> threading.Event:
        turn = threading.Event()
        with self.lock:
            self.waiting[turn] = None
            self.admit()
        while not turn.wait(TURN_SECONDS):
            with self.lock:
                self.admit()
        return turn

    def resume(self, turn: threading.Event) -> None:
        """Without waiting: whoever was elsewhere may hold locks."""
        with self.lock:
            self.running[turn] = monotonic()

    def end(self, turn: threading.Event) -> None:
        with self.lock:
            self.running.pop(turn, None)
            self.admit()

    def admit(self) -> None:
        """Under the lock. In the order in which they came: a thread that ends one page would begin the next before any that waits awakes."""
        now = monotonic()
        self.running = {turn: since for turn, since in self.running.items() if now - since < TURN_SECONDS}
        while self.waiting and len(self.running) < self.at_once:
            first = next(iter(self.waiting))
            del self.waiting[first]
            self.running[first] = now
            first.set()


@contextmanager
def elsewhere() -> Iterator[None]:
    """The page of this thread waits for another process or system meanwhile, and lets the next one have its turn."""
    line, turn = getattr(_held, "line", (None, None))
    if line is None or turn is None:
        yield
        return
    line.end(turn)
    try:
        yield
    finally:
        line.resume(turn)
