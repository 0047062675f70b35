"""Sums and shares set anew (规定的数), from today or a later day on; what held before stands for its days."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import supersede
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.systems.assets.errors import FigureError, FigurePastError
from nanhu.systems.assets.models import Figure

WHOLE = 1000


@transaction.atomic
def set_figure(*, by: Actor, name: str, value: Decimal, starts_on: date, reason: str) -> Figure:
    """`value`: yuan, or per cent."""
    if starts_on < campus_today():
        raise FigurePastError
    made = Figure(name=name, starts_on=starts_on)
    made.value = round(value * (100 if made.is_sum else 10))
    if (made.is_sum and not made.value) or (not made.is_sum and made.value > WHOLE):
        raise FigureError
    lock_key("assets.figures")
    supersede(by=by, wanted=[made], reason=given(reason))
    facts = {"figure": made.value}
    audit.record(by=by, action="assets.set_figure", target=f"asset_figure:{name}", reason=reason, facts=facts)
    return made
