"""Sources that fail or dawdle: caught, logged with a number to quote, and kept from holding up the page.

A source that took longer than SLOW_SECONDS is loaded after the page, by itself, for the next PAUSE_SECONDS;
this memory is each process's own, which is enough: it only decides who waits.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import monotonic
from typing import Final
from uuid import uuid4

import structlog
from django.db import connection, transaction

from nanhu.kernel.remembered import ProcessMemory

log = structlog.get_logger()
SLOW_SECONDS = 0.4
PAUSE_SECONDS = 120.0


class SlowSources(ProcessMemory):
    """Until when each source that dawdled is loaded after the page, by the monotonic clock."""

    def __init__(self) -> None:
        self.until: dict[str, float] = {}

    def forget(self) -> None:
        self.until.clear()


SLOW: Final = SlowSources()


@dataclass(frozen=True, slots=True)
class Outcome[Found]:
    """What a source gave, or the number under which its failure stands in the log."""

    value: Found | None = None
    error_number: str = ""


def attempt[Found](source: str, load: Callable[[], Found]) -> Outcome[Found]:
    began = monotonic()
    try:
        with _savepoint():
            found = load()
    except Exception:
        _remember(source, monotonic() - began)
        number = uuid4().hex[:8].upper()
        log.exception("portal.source_failed", source=source, number=number)
        return Outcome(error_number=number)
    _remember(source, monotonic() - began)
    return Outcome(value=found)


def is_slow(source: str) -> bool:
    return SLOW.until.get(source, 0.0) > monotonic()


def _remember(source: str, seconds: float) -> None:
    if seconds > SLOW_SECONDS:
        SLOW.until[source] = monotonic() + PAUSE_SECONDS
        log.warning("portal.source_slow", source=source, seconds=round(seconds, 2))
    else:
        SLOW.until.pop(source, None)


def _savepoint() -> AbstractContextManager[None]:
    """Inside a transaction a failed statement would spoil all that follow; outside there is nothing to spoil."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
