"""Requests refused at the services endpoint, as incidents: a flood of them takes few rows, and is counted."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from nanhu.kernel.remembered import ProcessMemory
from nanhu.platforms.terminals.models import Incident
from nanhu.platforms.terminals.wire import MOST_INCIDENTS, printable

WINDOW_SECONDS = 60.0
MOST_OF_A_CODE: Final = 10
STRANGERS: Final = ("", "and others")


class IncidentLog(ProcessMemory):
    """At most so many rows a minute and process: forty of strangers, and beside them ten of each code that a terminal signed, so that
    no stranger takes its place. The rest of a flood is told with the next row of its kind that is written."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.lock = threading.Lock()
        self.begun = float("-inf")
        self.written: Counter[tuple[str, str]] = Counter()
        self.left_over: Counter[tuple[str, str]] = Counter()

    def refuse(self, *, terminal: str, address: str, code: str, detail: str = "") -> None:
        """Of nobody knows whom."""
        left_over = self.place(STRANGERS, 1, MOST_INCIDENTS)
        if left_over is None:
            return
        rows = [Incident(terminal_number=STRANGERS[0], code=STRANGERS[1], times=left_over)] if left_over else []
        row = Incident(terminal_number=printable(terminal), address=address, code=code, detail=printable(detail))
        Incident.objects.bulk_create([*rows, row])

    def refuse_signed(self, *, terminal: str, code: str, address: str = "", detail: str = "", times: int = 1) -> None:
        """Of what this terminal's key signed."""
        left_over = self.place((terminal, code), times, MOST_OF_A_CODE)
        if left_over is not None:
            Incident.objects.create(
                terminal_number=terminal,
                address=address,
                code=code,
                detail=printable(detail),
                times=times + left_over,
            )

    def place(self, mark: tuple[str, str], times: int, most: int) -> int | None:
        """None where this minute's rows are written; else how often it happened without a row until now."""
        with self.lock:
            if self.clock() - self.begun >= WINDOW_SECONDS:
                self.begun = self.clock()
                self.written.clear()
            self.written[mark] += 1
            if self.written[mark] > most:
                self.left_over[mark] += times
                return None
            return self.left_over.pop(mark, 0)

    def forget(self) -> None:
        self.begun = float("-inf")
        self.left_over.clear()


INCIDENTS = IncidentLog()
