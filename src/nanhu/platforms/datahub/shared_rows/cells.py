"""Cells of a vendor's export as values of a field: what a spreadsheet did to them is undone where that is safe, else told."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.platforms.datahub.cleaning.dates import clean_date
from nanhu.platforms.datahub.cleaning.numbers import NumberShape
from nanhu.platforms.datahub.cleaning.text import Cell, is_empty, lost_precision, squeezed, text_of
from nanhu.platforms.datahub.codes import spelling
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.shared.declarations import Field, SharedTable
from nanhu.platforms.datahub.shared_rows.values import finding, value_fault

INTEGER: Final = re.compile(r"([+-]?\d{1,19})(?:\.0+)?")
CLOCK: Final = re.compile(r"[T ](\d{1,2}):(\d{2})(?::(\d{2}))?$")
LAST_OF_SIXTY: Final = 59
FURTHEST_ZONE: Final = timedelta(hours=16)
MOST_KNOWN: Final = 20_000
"""Texts of a field: of a column in which each is another, as many are kept for nothing."""
YES, NO = frozenset({"是", "有", "1", "true", "y", "yes"}), frozenset({"否", "无", "0", "false", "n", "no"})


class Cells:
    """Reads the lines of one file. `spellings`: a vendor's words for our codes; `shapes`: of campus numbers, by which one that lost
    its leading zeros in a spreadsheet is told. What a text is in its field is found once, for columns mostly say the same again and
    again; of what cannot be read each line is told."""

    def __init__(
        self, table: SharedTable, spellings: Mapping[str, Mapping[str, str]], shapes: Sequence[NumberShape] = ()
    ) -> None:
        self.table, self.spellings, self.shapes = table, spellings, shapes
        self.known: dict[str, dict[str, Any]] = {one.name: {} for one in table.fields}

    def row(self, cells: Iterable[tuple[str, Cell]]) -> tuple[dict[str, Any], list[Finding]]:
        """Values by field, and what could not be read; an empty cell is an empty value."""
        given: dict[str, Any] = {}
        faults: list[Finding] = []
        for name, cell in cells:
            if cell is None:
                value, fault = self.read(name, cell) if self.table.by_name[name].type == "boolean" else (None, None)
            elif isinstance(cell, str) and cell in (known := self.known[name]):
                value, fault = known[cell], None
            else:
                value, fault = self.read(name, cell)
            if fault is not None:
                faults.append(fault)
            elif value is not None:
                given[name] = value
        return given, faults

    def read(self, name: str, cell: Cell) -> tuple[Any, Finding | None]:
        field = self.table.by_name[name]
        text = text_of(cell)
        if field.type != "boolean" and is_empty(text):
            return None, None
        value = READERS[field.type](field, self.spellings.get(name, {}).get(text, cell))
        if name == self.table.person:
            value = next(filter(None, (shape.clean(cell) for shape in self.shapes)), value)
        fault = fault_in(field, cell, value)
        if fault is not None:
            return None, fault if field.required else finding(field, "value_left_out", text)
        known = self.known[name]
        if isinstance(cell, str) and len(known) < MOST_KNOWN:
            known[cell] = value
        return value, None


def fault_in(field: Field, cell: Cell, value: Any) -> Finding | None:
    if field.type in {"text", "code"} and lost_precision(cell) and not is_number_like(field, cell):
        return finding(field, "value_precision", text_of(cell))
    if value is None:
        return finding(field, f"value_no_{field.type}", text_of(cell)) if squeezed(cell) else None
    return value_fault(field, value)


def is_number_like(field: Field, cell: Cell) -> bool:
    """A text such as 9E123456, which looks like a number and is none: it fits the field."""
    return bool(field.pattern and isinstance(cell, str) and re.fullmatch(field.pattern, text_in(field, cell) or ""))


def text_in(field: Field, cell: Cell) -> str | None:
    return (squeezed(cell).upper() if field.pattern else text_of(cell)) or None


def integer_in(_field: Field, cell: Cell) -> int | None:
    found = INTEGER.fullmatch(squeezed(cell).replace(",", ""))
    return int(found.group(1)) if found else None


def boolean_in(_field: Field, cell: Cell) -> bool | None:
    text = squeezed(cell).casefold()
    return True if text in YES else False if text in NO else None


def moment_in(_field: Field, cell: Cell) -> datetime | None:
    """As days are read (2026/11/1, 2026年11月1日), with a time of the day or, where there is none, its beginning."""
    text = text_of(cell)
    try:
        found = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        day, clock = clean_date(text), CLOCK.search(text)
        if day is None or (":" in text and clock is None):
            return None
        hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
        if (hour, minute, second) > (23, 59, 59) or max(minute, second) > LAST_OF_SIXTY:
            return None
        found = datetime.combine(day, time(hour, minute, second))
    found = found if found.tzinfo else found.replace(tzinfo=CAMPUS_ZONE)
    return found if is_a_moment(found) else None


def is_a_moment(found: datetime) -> bool:
    """The first and last days that programs write for "none" have no year in another zone; no database knows zones beyond 16 hours."""
    try:
        found.astimezone(UTC), found.astimezone(CAMPUS_ZONE)
    except OverflowError:
        return False
    return abs(found.utcoffset() or timedelta()) < FURTHEST_ZONE


def code_in(field: Field, cell: Cell) -> str | None:
    """By the code or its name."""
    return field.spellings.get(spelling(text_of(cell)))


READERS: Final[Mapping[str, Callable[[Field, Cell], Any]]] = {
    "text": text_in,
    "integer": integer_in,
    "date": lambda _field, cell: clean_date(cell),
    "moment": moment_in,
    "boolean": boolean_in,
    "code": code_in,
}
