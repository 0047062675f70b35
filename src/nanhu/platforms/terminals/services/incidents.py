"""Requests refused at the services endpoint, as incidents: a flood of them takes few rows, and is counted."""

import threading
import time
from collections.abc import Callable

from nanhu.platforms.terminals.models import Incident
from nanhu.platforms.terminals.wire import MOST_INCIDENTS, printable

WINDOW_SECONDS = 60.0


class IncidentLog:
    """At most forty rows a minute and process; the rest of a flood is one row of the next minute that has any."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.lock = threading.Lock()
        self.begun = float("-inf")
        self.written = 0
        self.left_over = 0

    def refuse(self, *, terminal: str, address: str, code: str, detail: str = "") -> None:
        with self.lock:
            left_over = self.turn_window()
            self.written += 1
            if self.written > MOST_INCIDENTS:
                self.left_over += 1
                return
        rows = [Incident(terminal_number="", code="and others", times=left_over)] if left_over else []
        row = Incident(terminal_number=printable(terminal), address=address, code=code, detail=printable(detail))
        Incident.objects.bulk_create([*rows, row])

    def turn_window(self) -> int:
        """What the window that ended left unwritten; 0 while it runs."""
        if self.clock() - self.begun < WINDOW_SECONDS:
            return 0
        left_over, self.begun, self.written, self.left_over = self.left_over, self.clock(), 0, 0
        return left_over


INCIDENTS = IncidentLog()
