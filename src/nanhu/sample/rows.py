"""A row as an office writes it, with what a perfect cleaner could read from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from nanhu.sample.persons import Affiliation, Human

type Cell = str | int | float | date | datetime | None


@dataclass(slots=True)
class Claim:
    """What one accepted row says, cleaned. `None` says nothing about that field."""

    name: str | None = None
    sex: str | None = None
    birth_date: date | None = None
    nationality: str | None = None
    document_kind: str | None = None
    document_number: str | None = None
    ethnic: str | None = None
    phone: str | None = None
    affiliation: Affiliation | None = None


@dataclass(slots=True)
class Row:
    cells: dict[str, Cell]
    human: Human | None
    claim: Claim
    campus_no: str = ""
    fault: str = ""
    mend: dict[str, Cell] = field(default_factory=dict)
    line: int = 0

    def spoil(self, column: str, value: Cell) -> None:
        """Write a fault into a cell, remembering what mends it."""
        self.mend.setdefault(column, self.cells[column])
        self.cells[column] = value


@dataclass(frozen=True, slots=True)
class Layout:
    """Where an office keeps what: the header, and the columns by meaning."""

    file_name: str
    header: tuple[str, ...]
    campus_no: str
    name: str
    phone: str
    document: str = ""
    document_kind: str = ""
    category: str = ""
    unit: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    sex: str = ""
    ethnic: str = ""
    nationality: str = ""
    birth_date: str = ""
    remark: str = "备注"


@dataclass(slots=True)
class Sheet:
    layout: Layout
    rows: list[Row]
    first_line: int = 2

    def number_lines(self) -> None:
        for line, row in enumerate(self.rows, start=self.first_line):
            row.line = line

    def table(self) -> list[list[Cell]]:
        return [[row.cells.get(column) for column in self.layout.header] for row in self.rows]
