"""Periodic jobs of the draw: lists close at their hour, and a promise that was not kept ends it."""

from nanhu.kernel.draw.models import DrawValue, DrawVoid
from nanhu.kernel.draw.services import close_due, refuse_value, refuse_void, void_overdue
from nanhu.kernel.jobs import job
from nanhu.kernel.kit.cases import refusals

refusals[DrawValue] = lambda by, asked, answer: refuse_value(by=by, asked=asked, answer=answer)
refusals[DrawVoid] = lambda by, asked, answer: refuse_void(by=by, asked=asked, answer=answer)


@job("draw.keep_hours", every="* * * * *")
def keep_hours() -> None:
    close_due()
    void_overdue()
