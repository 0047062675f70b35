"""Charts drawn on the server: pure geometry, no colour. Each answers one question; its numbers stand beside and behind it.

The drawing stretches to its place, so no letter stands in it: scale and labels are text around it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from django.utils.translation import get_language

WIDTH = 640
MOST_LABELS = 8
SHOWN_TEXT = 2
SHADES = 5
MOST_PARTS = 4
SPARK_HEIGHT = 16
ZH_STEPS = ((10**8, "亿"), (10**4, "万"))  # how a number is read, not a text to translate
EN_STEPS = ((10**9, "bn"), (10**6, "m"), (10**3, "k"))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar, of colour `colour`: it begins `start` above the bar's foot."""

    name: str
    text: str
    colour: int
    start: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """One value: its bar (x, y, width, height) and the middle of its label. A `is_spare` label is left out on a phone. A bar has at least
    one part."""

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
    parts: tuple[Part, ...]


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
    names: tuple[str, ...]
    marks: tuple[Mark, ...]
    rules: tuple[Rule, ...]
    line: str
    area: str

    @property
    def has_table(self) -> bool:
        """Of numbers that no word beside their bars says."""
        return bool(self.marks) and (self.kind != "names" or bool(self.names))


def draw(
    values: Iterable[Sequence[Any]],
    *,
    kind: str = "bars",
    unit: str = "",
    height: int = 152,
    parts: Sequence[object] = (),
) -> Chart:
    """`values` are (label, number) pairs; an optional third item is the text to show for the number (¥ 12.50). `kind`: "bars" or
    "line" for what follows in time, "names" (bars lying down, each beside its name) for what does not. With `parts` (their names, at
    most four) a number is one for each part, and they stand on one another (stacked)."""
    names = tuple(map(str, parts))
    if len(names) > MOST_PARTS:
        raise ValueError(f"nobody tells more than {MOST_PARTS} colours apart")
    rows = [read(row, names) for row in values]
    top_value = nice_ceiling(max((value for _, value, _, _ in rows), default=0))
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
            parts=parts_of(numbers, names, text, baseline=baseline, scale=span / top_value),
        )
        for index, (label, value, text, numbers) in enumerate(rows)
    )
    points = " ".join(f"{mark.middle},{mark.y}" for mark in marks)
    area = f"{marks[0].middle},{baseline} {points} {marks[-1].middle},{baseline}" if marks else ""
    rules = tuple(Rule(_r(baseline - span * part), short(top_value * part)) for part in (1, 0.5, 0))
    return Chart(kind, WIDTH, height, baseline, unit, every > 1, names, marks, rules, points, area)


def read(row: Sequence[Any], names: Sequence[str]) -> tuple[str, float, str, list[float]]:
    """Its label, sum, text of the sum, and the numbers it is the sum of."""
    numbers = [float(str(one)) for one in (row[1] if names else [row[1]])]
    value = math.fsum(numbers)
    return str(row[0]), value, str(row[2]) if len(row) > SHOWN_TEXT else plain(value), numbers


def parts_of(
    numbers: Sequence[float], names: Sequence[str], text: str, *, baseline: float, scale: float
) -> tuple[Part, ...]:
    """From the foot upwards; a bar in one piece has no name and the whole bar's text."""
    ends = pairwise(accumulate((max(number, 0) * scale for number in numbers), initial=0.0))
    texts = [plain(number) for number in numbers] if names else [text]
    return tuple(
        Part(name, said, colour, _r(start), _r(baseline - end), _r(end - start))
        for colour, (name, said, (start, end)) in enumerate(zip(names or [""], texts, ends, strict=True), 1)
    )


def spark(values: Sequence[float], *, least: float, most: float) -> list[int]:
    """The heights of bars in a cell of a table, of SPARK_HEIGHT: what is at `least` or below it is still seen."""
    return [1 + round((SPARK_HEIGHT - 1) * min(max((one - least) / (most - least), 0), 1)) for one in values]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One value of a heat chart. `shade`: 0 where there is nothing, to SHADES for the greatest."""

    label: str
    text: str
    x: int
    shade: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    label: str
    y: int
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """`columns`: their names, each with whether it stands under the picture and whether a phone leaves it out."""

    columns: tuple[tuple[str, bool, bool], ...]
    rows: tuple[HeatRow, ...]

    @property
    def turned(self) -> list[tuple[str, list[str]]]:
        """Its numbers as a table that a phone has room for: a line for each column."""
        return [(name, [row.cells[at].text for row in self.rows]) for at, (name, _, _) in enumerate(self.columns)]


def heat(rows: Iterable[tuple[object, Sequence[float | None]]], columns: Sequence[object]) -> Heat:
    """`rows` are (name, a number for each column, None where there is none)."""
    given = list(rows)
    most = max((value for _name, values in given for value in values if value is not None), default=0)
    every = math.ceil(len(columns) / MOST_LABELS) if columns else 1
    return Heat(
        tuple((str(one), at % every == 0, at // every % 2 == 1) for at, one in enumerate(columns)),
        tuple(
            HeatRow(
                str(name),
                y,
                tuple(
                    HeatCell(f"{name} {column}", "" if value is None else plain(value), x, shade(value or 0, most))
                    for x, (column, value) in enumerate(zip(columns, values, strict=True))
                ),
            )
            for y, (name, values) in enumerate(given)
        ),
    )


def shade(value: float, most: float) -> int:
    return math.ceil(SHADES * (value / most)) if most > 0 else 0  # the greatest is one whole, whatever its digits


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
