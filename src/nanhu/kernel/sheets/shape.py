"""How far a sheet reaches: by a pattern where every cell is written as spreadsheets write it, else by a real XML parser.

Both must see each cell the reader will see: one that is overlooked makes it allocate all the way there.
"""

import re
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from nanhu.kernel.sheets.errors import BrokenWorkbookError

ATTRIBUTES: Final = rb'(?: (?:s|t|cm|vm|ph)="[^"<>]*")*'
CELL: Final = re.compile(rb'<(?:x:)?c%b r="([A-Z]{1,3})(\d{1,7})"%b ?(/>|>)' % (ATTRIBUTES, ATTRIBUTES))
ANY_CELL: Final = re.compile(rb"<(?:[^\s<>/]+:)?c[\s/>]")
REFERENCE: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
ROW: Final = re.compile(r"\d{1,7}")
HIDDEN: Final = re.compile(rb'<(?:x:)?row(?= [^<>]*\bhidden="(?:1|true)")[^<>]* r="(\d{1,7})"')
YES: Final = {"1", "true"}


@dataclass(frozen=True, slots=True)
class SheetShape:
    rows: int
    columns: int
    formulas: frozenset[tuple[int, int]]
    hidden: frozenset[int] = frozenset()
    """Rows that are not shown, mostly because a filter leaves them out."""


def usual_shape(content: bytes) -> SheetShape | None:
    """None where one cell is written otherwise."""
    rows = columns = cells = 0
    formulas = set()
    for cell in CELL.finditer(content):
        row, column = int(cell.group(2)), column_number(cell.group(1).decode())
        rows, columns, cells = max(rows, row), max(columns, column), cells + 1
        if cell.group(3) == b">" and content.startswith((b"<f", b"<x:f"), cell.end()):
            formulas.add((row, column))
    is_all = cells == sum(1 for _cell in ANY_CELL.finditer(content)) and b"\x00" not in content
    hidden = frozenset(int(row.group(1)) for row in HIDDEN.finditer(content))
    return SheetShape(rows, columns, frozenset(formulas), hidden) if is_all else None


def any_shape(content: bytes) -> SheetShape:
    walk = Walk()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = walk.begin
    try:
        parser.Parse(content, True)
    except expat.ExpatError as broken:
        raise BrokenWorkbookError from broken
    return SheetShape(walk.rows, walk.columns, frozenset(walk.formulas), frozenset(walk.hidden))


@dataclass(slots=True)
class Walk:
    """Cells and rows may leave out their place: then it is the one after the last."""

    row: int = 0
    column: int = 0
    rows: int = 0
    columns: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition("}")[2]:
            case "row":
                place = attributes.get("r", "").strip()
                if place and ROW.fullmatch(place) is None:
                    raise BrokenWorkbookError
                self.row, self.column = int(place) if place else self.row + 1, 0
                if attributes.get("hidden") in YES:
                    self.hidden.add(self.row)
            case "c":
                self.put(attributes.get("r"))
            case "f":
                self.formulas.add((self.row, self.column))

    def put(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
        else:
            found = REFERENCE.fullmatch(reference.strip().upper())
            if found is None:
                raise BrokenWorkbookError
            self.row, self.column = int(found.group(2)), column_number(found.group(1))
        self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
