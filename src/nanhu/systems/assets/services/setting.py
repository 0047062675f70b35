"""Sums and shares set anew (规定的数), from today or a later day on; what held before stands for its days."""

from datetime import date

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.dated import refuse_past, supersede
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.systems.assets.errors import FigureError, LifeError
from nanhu.systems.assets.models import Classification, Figure, ServiceLife

HIGHEST = 100


@transaction.atomic
def set_figure(
    *, by: Actor, name: str, starts_on: date, reason: str, sum_fen: int | None = None, percent: int | None = None
) -> Figure:
    """Of `sum_fen` and `percent` the one that the figure is told in, and not the other."""
    refuse_past(starts_on)
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


@transaction.atomic
def set_life(
    *,
    by: Actor,
    classification: Classification,
    name: str,
    years: int,
    most_years: int | None,
    starts_on: date,
    reason: str,
) -> ServiceLife:
    """Of a class and what is below it, unless that has its own. What is depreciated already goes on as it was planned."""
    refuse_past(starts_on)
    if not classification.is_depreciable or (most_years is not None and most_years < years):
        raise LifeError
    span = most_years if most_years != years else None
    made = ServiceLife(code=classification.code, name=name, years=years, most_years=span, starts_on=starts_on)
    lock_key("assets.lives")
    supersede(by=by, wanted=[made], reason=given(reason))
    facts = {"life_years": f"{years}–{span}" if span else years}
    audit.record(by=by, action="assets.set_life", target=f"asset_figure:{made.code}", reason=reason, facts=facts)
    return made
