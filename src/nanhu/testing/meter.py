"""How much processor time a test used: of the test's own process, of the children it has seen end, and of the database's
backend behind Django's connection. Time on the processor, not on the wall: a loaded machine makes no test dearer.

What other processes do (a campus, a browser, backends of a test's own threads) is counted when this process has waited
for their end, or not at all; those tests are rooms with a budget of their own.
"""

import os
import time
from pathlib import Path

NANOSECONDS = 1_000_000_000


class Meter:
    """Counts on from where the last reading ended."""

    def __init__(self) -> None:
        self.own = own_seconds()
        self.backends: dict[int, float] = {}
        self.lap()  # the first one imports Django, which no test is to pay

    def lap(self) -> float:
        """Seconds of processor time since the last lap."""
        own, before = own_seconds(), self.own
        self.own = own
        return own - before + self.backend_lap()

    def backend_lap(self) -> float:
        pid = backend_pid()
        if not pid:
            return 0.0
        used, before = seconds_of(pid), self.backends.get(pid, 0.0)
        self.backends[pid] = used
        return used - before


def own_seconds() -> float:
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


def backend_pid() -> int:
    """The server process behind Django's connection of this thread; 0 where none is open."""
    from django.db import connections

    opened = connections.all(initialized_only=True)
    handle = opened[0].connection if opened else None
    return 0 if handle is None or handle.closed else int(handle.info.backend_pid)


def seconds_of(pid: int) -> float:
    """What Linux's scheduler has given the process; 0 where it does not tell (another kernel, a server elsewhere)."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / NANOSECONDS
    except (OSError, ValueError, IndexError):
        return 0.0
