"""Cells of a vendor's export as values of a field: what a spreadsheet did to them is undone where that is safe, else told."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.platforms.datahub.cleaning.dates import clean_date
from nanhu.platforms.datahub.cleaning.text import Cell, is_empty, lost_precision, squeezed, text_of
from nanhu.platforms.datahub.codes import spelling
from nanhu.platforms.datahub.findings import Finding
from nanhu.platforms.datahub.shared.declarations import Field, SharedTable
from nanhu.platforms.datahub.shared.values import finding

INTEGER: Final = re.compile(r"([+-]?\d{1,19})(?:\.0+)?")
YES, NO = frozenset({"是", "有", "1", "true", "y", "yes"}), frozenset({"否", "无", "0", "false", "n", "no"})


def read_row(table: SharedTable, cells: Mapping[str, Cell]) -> tuple[dict[str, Any], list[Finding]]:
    """Values by field, and what could not be read; an empty cell says nothing."""
    given: dict[str, Any] = {}
    faults: list[Finding] = []
    for name, cell in cells.items():
        field = table.by_name[name]
        if field.type != "boolean" and is_empty(text_of(cell)):
            continue
        if field.type in {"text", "code"} and lost_precision(cell):
            faults.append(finding(field, "value_precision", text_of(cell)))
            continue
        value = READERS[field.type](field, cell)
        if value is None and squeezed(cell):
            faults.append(finding(field, f"value_no_{field.type}", text_of(cell)))
        elif value is not None:
            given[name] = value
    return given, faults


def integer_in(_field: Field, cell: Cell) -> int | None:
    found = INTEGER.fullmatch(squeezed(cell).replace(",", ""))
    return int(found.group(1)) if found else None


def boolean_in(_field: Field, cell: Cell) -> bool | None:
    text = squeezed(cell).casefold()
    return True if text in YES else False if text in NO else None


def moment_in(_field: Field, cell: Cell) -> datetime | None:
    try:
        found = datetime.fromisoformat(text_of(cell).replace("/", "-"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=CAMPUS_ZONE)


def code_in(field: Field, cell: Cell) -> str | None:
    """By the code or its name."""
    wanted = spelling(text_of(cell))
    return next((code for code, name in field.values.items() if wanted in {spelling(code), spelling(name)}), None)


READERS: Final[Mapping[str, Callable[[Field, Cell], Any]]] = {
    "text": lambda _field, cell: text_of(cell) or None,
    "integer": integer_in,
    "date": lambda _field, cell: clean_date(cell),
    "moment": moment_in,
    "boolean": boolean_in,
    "code": code_in,
}
