"""Retries (重试): rows whose next step goes outside, taken under a lease, tried again with back-off, given up in the end.

A row waits while its `due_at` is set. Who takes it moves `due_at` on by the lease and counts the attempt: of two workers one
has it (SKIP LOCKED), and a worker that dies leaves it due when the lease is over. So a step may be done twice, never by two at
once: what it calls must know the row by a number of its own. The step's answer decides: `Done`, `Again`, `Never`.
"""

from nanhu.kernel.retries.answers import Again, Answer, Done, Never
from nanhu.kernel.retries.engine import Engine, drive, in_the_worker, wake
from nanhu.kernel.retries.leases import Retries

__all__ = [
    "Again",
    "Answer",
    "Done",
    "Engine",
    "Never",
    "Retries",
    "drive",
    "in_the_worker",
    "wake",
]
