"""How long until the bank is asked again: soon at first, for somebody waits at the kiosk; then less often, until it is known."""

from datetime import datetime, timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.pauses import listed

pause_after = listed("10s", "30s", "1min", "2min", "5min")
FIRST_LOOK = timedelta(seconds=5)
LEASE = timedelta(seconds=20)
"""How long who took an order may be silent before another takes it: longer than the bank's time-out."""


def first_look() -> datetime:
    return now() + FIRST_LOOK


def next_look(attempts: int) -> datetime:
    return now() + pause_after(attempts)
