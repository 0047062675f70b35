"""Tables that systems write as marked text under the name of a workbook: HTML pages, and the XML of Excel 2003."""

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from nanhu.kernel.sheets.errors import EmptyFileError, WorkbookBombError
from nanhu.kernel.sheets.guard import MOST_CELLS, MOST_ROWS
from nanhu.kernel.sheets.texts import detect_encoding
from nanhu.platforms.datahub.cleaning.text import Cell

BEGINNINGS: Final = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta", b"<style", b"<workbook")
ROWS: Final = frozenset({"tr", "row"})
GROUPS: Final = frozenset({"thead", "tbody", "tfoot"})
CELLS: Final = frozenset({"td", "th", "cell"})
WIDEST: Final = 200
"""Columns that one cell may span: what is written there is not believed."""
LONGEST: Final = MOST_ROWS
"""Lines that one may span, as a class does over all who are in it."""


def is_marked(head: bytes) -> bool:
    """By its first characters, also in UTF-16 and after a mark of byte order."""
    plain = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return plain.startswith(BEGINNINGS)


def tables_in(path: Path, encodings: Sequence[str]) -> list[list[list[Cell]]]:
    """Each table of the file, or each sheet."""
    encoding = detect_encoding(path, tuple(encodings))
    reader = TableReader()
    reader.feed(path.read_text(encoding=encoding))
    reader.close()
    found = [table for table in reader.tables if table]
    if not found:
        raise EmptyFileError
    return found


class TableReader(HTMLParser):
    """Collects the text of cells; a table within a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[Cell]]] = []
        self.row: list[Cell] | None = None
        self.text: list[str] | None = None
        self.span = self.depth = 1
        self.below: dict[int, tuple[int, Cell]] = {}
        """By column, what a cell above says of so many more lines."""
        self.line = self.more = 0
        """How many lines of the table are over; how many further ones, without cells, the line at hand stands for."""
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        plain, given = tag.rpartition(":")[2], {name.rpartition(":")[2]: value or "" for name, value in attrs}
        if plain == "table" or not self.tables:
            self.end_row()
            self.tables.append([])
            self.below, self.line = {}, 0
        if plain in ROWS:
            self.end_row()
            self.row = []
            if plain == "row":  # a sheet of 2003 leaves empty lines out, and says the number of the next one
                self.go_down(number_in(given.get("index", ""), 0, LONGEST) - 1 - self.line)
                self.more = number_in(given.get("span", ""), 0, LONGEST)
        elif plain in GROUPS:  # a cell reaches over no line of the next part
            self.end_row()
            self.below = {}
        elif plain in CELLS and self.row is not None:
            self.end_cell()
            self.skip_to(number_in(given.get("index", ""), 0))
            self.text = []
            self.span = number_in(given.get("colspan", ""), 1 + number_in(given.get("mergeacross", ""), 0))
            self.depth = number_in(given.get("rowspan", ""), 1 + number_in(given.get("mergedown", ""), 0), LONGEST)
        elif plain == "br" and self.text is not None:
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        plain = tag.rpartition(":")[2]
        if plain in CELLS:
            self.end_cell()
        elif plain in ROWS or plain == "table":
            self.end_row()

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def skip_to(self, place: int) -> None:
        """A sheet of 2003 leaves empty cells out, and says the place of the next one."""
        while self.row is not None and len(self.row) < place - 1:
            if not self.add_from_above():
                self.add(None)

    def end_cell(self) -> None:
        if self.text is None or self.row is None:
            return
        said = " ".join("".join(self.text).split()) or None
        self.text = None
        for place in range(self.span):
            while self.add_from_above():
                pass
            value = said if place == 0 else None
            if self.depth > 1:
                self.below[len(self.row)] = (self.depth - 1, value)
            self.add(value)
        self.span = self.depth = 1

    def add_from_above(self) -> bool:
        """A cell that is merged over several lines says the same of each of them, and moves none of their own aside."""
        place = len(self.row or ())
        if place not in self.below:
            return False
        lines, value = self.below.pop(place)
        if lines > 1:
            self.below[place] = (lines - 1, value)
        self.add(value)
        return True

    def end_row(self) -> None:
        self.end_cell()
        if self.row and self.tables:
            self.skip_to(max(self.below, default=-1) + 2)
            self.tables[-1].append(self.row)
            if len(self.tables[-1]) > MOST_ROWS:
                raise WorkbookBombError(what=f"> {MOST_ROWS}")
            self.line += 1
        elif self.row is not None:
            self.go_down(1)
        self.go_down(self.more)
        self.row, self.more = None, 0

    def go_down(self, lines: int) -> None:
        """Over lines without a cell of their own, written down empty or left out: cells above reach over them too."""
        if lines > 0:
            self.line += lines
            self.below = {place: (left - lines, value) for place, (left, value) in self.below.items() if left > lines}

    def add(self, value: Cell) -> None:
        self.cells += 1
        if self.cells > MOST_CELLS:
            raise WorkbookBombError(what=f"> {MOST_CELLS}")
        if self.row is not None:
            self.row.append(value)


def number_in(text: str, usual: int, most: int = WIDEST) -> int:
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 6 else usual  # noqa: PLR2004  (digits)
