"""Sums and shares that the school or the law sets (规定的数), as they hold on a day; and what follows from them."""

from datetime import date

from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import rule_on
from nanhu.systems.assets.models import Figure
from nanhu.systems.assets.rules import compensation_fen, level_of

Name = Figure.Name
NOBODY = "none"


def figure(name: Figure.Name, day: date | None = None) -> int:
    return rule_on(Figure.objects.filter(name=name), day or campus_today(), what=name.label).value


def owed_fen(*, value_fen: int, accumulated_fen: int, fault: str) -> int:
    """By whom it happened through: nothing where nobody is at fault."""
    if fault == NOBODY:
        return 0
    share = figure(Name.INTENT if fault == "intent" else Name.NEGLECT)
    return compensation_fen(
        value_fen=value_fen, accumulated_fen=accumulated_fen, permille=share, least_permille=figure(Name.LEAST)
    )


def level_today(value_fen: int) -> str:
    return level_of(value_fen, council_fen=figure(Name.COUNCIL), finance_fen=figure(Name.FINANCE))
