"""Sums and shares set anew (规定的数), from today or a later day on; what held before stands for its days."""

from datetime import date

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import supersede
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.systems.assets.errors import FigureError, FigurePastError
from nanhu.systems.assets.models import Figure

HIGHEST = 100


@transaction.atomic
def set_figure(
    *, by: Actor, name: str, starts_on: date, reason: str, sum_fen: int | None = None, percent: int | None = None
) -> Figure:
    """Of `sum_fen` and `percent` the one that the figure is told in, and not the other."""
    if starts_on < campus_today():
        raise FigurePastError
    made = Figure(name=name, starts_on=starts_on)
    said, other = (sum_fen, percent) if made.is_sum else (percent, sum_fen)
    if said is None or other is not None or not (said if made.is_sum else said <= HIGHEST):
        raise FigureError
    made.value = said if made.is_sum else said * 10
    lock_key("assets.figures")
    supersede(by=by, wanted=[made], reason=given(reason))
    facts = {"figure": made.value}
    audit.record(by=by, action="assets.set_figure", target=f"asset_figure:{name}", reason=reason, facts=facts)
    return made
