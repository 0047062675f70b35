"""Periodic jobs of the draw: lists close at their hour, and a promise that was not kept ends it."""

from nanhu.kernel.draw.services import close_due, void_overdue
from nanhu.kernel.jobs import job


@job("draw.keep_hours", every="* * * * *")
def keep_hours() -> None:
    close_due()
    void_overdue()
