"""When the finder looks again: soon at first, for somebody waits at the kiosk; then less often, for ever until it is known."""

from datetime import datetime, timedelta

from nanhu.kernel.clock import now

DELAYS_SECONDS = (5, 10, 30, 60, 120)
LATER_SECONDS = 300
LEASE = timedelta(seconds=20)
"""How long who took an order may be silent before another takes it: longer than the bank's time-out."""


def next_look(tries: int) -> datetime:
    """After so many looks."""
    seconds = DELAYS_SECONDS[tries] if tries < len(DELAYS_SECONDS) else LATER_SECONDS
    return now() + timedelta(seconds=seconds)
