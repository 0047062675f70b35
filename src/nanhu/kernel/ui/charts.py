"""Charts drawn on the server: pure geometry, no colour. Each answers one question; its numbers stand beside and behind it.

The drawing stretches to its place, so no letter stands in it: scale and labels are text around it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

WIDTH = 640
MOST_LABELS = 8
SHOWN_TEXT = 2
ZH_STEPS = ((10**8, "亿"), (10**4, "万"))  # how a number is read, not a text to translate
EN_STEPS = ((10**9, "bn"), (10**6, "m"), (10**3, "k"))


@dataclass(frozen=True, slots=True)
class Mark:
    """One value: its bar (x, y, width, height) and the middle of its label. A `is_spare` label is left out on a phone."""

    label: str
    value: float
    text: str
    x: float
    y: float
    width: float
    height: float
    middle: float
    has_label: bool
    is_spare: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line with its number."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    kind: str
    width: int
    height: int
    baseline: float
    unit: str
    is_many: bool
    marks: tuple[Mark, ...]
    rules: tuple[Rule, ...]
    line: str
    area: str


def draw(values: Iterable[Sequence[object]], *, kind: str = "bars", unit: str = "", height: int = 152) -> Chart:
    """`values` are (label, number) pairs; an optional third item is the text to show for the number (¥ 12.50). `kind`: "bars" or
    "line" for what follows in time, "names" (bars lying down, each beside its name) for what does not."""
    rows = [
        (str(row[0]), float(str(row[1])), str(row[2]) if len(row) > SHOWN_TEXT else plain(float(str(row[1]))))
        for row in values
    ]
    top_value = nice_ceiling(max((value for _, value, _ in rows), default=0))
    baseline = span = float(height)
    slot = WIDTH / max(len(rows), 1)
    thickness = min(slot * 0.62, 44)
    every = math.ceil(len(rows) / MOST_LABELS) if rows else 1
    marks = tuple(
        Mark(
            label=label,
            value=value,
            text=text,
            x=_r(slot * index + (slot - thickness) / 2),
            y=_r(baseline - span * max(value, 0) / top_value),
            width=_r(thickness),
            height=_r(span * max(value, 0) / top_value),
            middle=_r(slot * (index + 0.5)),
            has_label=(len(rows) - 1 - index) % every == 0,
            is_spare=every > 1 and (len(rows) - 1 - index) // every % 2 == 1,
        )
        for index, (label, value, text) in enumerate(rows)
    )
    points = " ".join(f"{mark.middle},{mark.y}" for mark in marks)
    area = f"{marks[0].middle},{baseline} {points} {marks[-1].middle},{baseline}" if marks else ""
    rules = tuple(Rule(_r(baseline - span * part), short(top_value * part)) for part in (1, 0.5, 0))
    return Chart(kind, WIDTH, height, baseline, unit, every > 1, marks, rules, points, area)


def nice_ceiling(value: float) -> float:
    """The next round number above a value, so that the scale reads well: 1, 2, 4, 5 or 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 5, 10) if step * power >= value * (1 - 1e-9))


def plain(value: float) -> str:
    """12345.0 → "12,345"; 0.25 stays "0.25"."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0").rstrip(".")


def short(value: float) -> str:
    """A number of the scale: 12000 → "1.2万", in English "12k"."""
    steps = EN_STEPS if (get_language() or "").startswith("en") else ZH_STEPS
    for size, word in steps:
        if value >= size:
            return plain(round(value / size, 2)) + word
    return plain(value)


def _r(value: float) -> float:
    return round(value, 1)
