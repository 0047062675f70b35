"""Periodic jobs of the draw: a promise that was not kept ends it."""

from nanhu.kernel.draw.services import void_overdue
from nanhu.kernel.jobs import job


@job("draw.void_overdue", every="* * * * *")
def void_overdue_draws() -> None:
    void_overdue()
