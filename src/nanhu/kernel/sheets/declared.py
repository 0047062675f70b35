"""A declared sheet: its columns, what is read from a file by them, and the form that is handed out."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from nanhu.kernel.errors import CampusError
from nanhu.kernel.sheets import texts, writing
from nanhu.kernel.sheets.cells import head_of, text_of
from nanhu.kernel.sheets.errors import (
    EmptyFileError,
    FileRefusedError,
    HeadTwiceError,
    NoHeaderError,
    TooManyRowsError,
)
from nanhu.kernel.sheets.guard import check_size, format_of
from nanhu.kernel.sheets.kinds import Kind, text
from nanhu.kernel.sheets.workbooks import grids_of

HEADER_WITHIN: Final = 10
LONGEST_SAID: Final = 40


@dataclass(frozen=True, slots=True)
class Column:
    """`head` stands in the form and in no catalogue: an office's form is Chinese, whoever looks. `also`: what else offices call it.
    `kind`: what a cell means; `read`: how it is written (`unspaced`), whoever typed it. `needed`: without it the file is no such form.
    `in_form`: it is read, and the form has it."""

    key: str
    head: str
    _: KW_ONLY
    kind: Kind = text
    read: Callable[[str], str] = str
    also: tuple[str, ...] = ()
    needed: bool = False
    in_form: bool = True
    choices: tuple[str, ...] = ()
    width: int = 14


@dataclass(frozen=True, slots=True)
class Fault:
    """`said`: whose line it is, in the cells that the sheet is `named_by`."""

    line: int
    column: str
    what: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Checked[Row]:
    """A file checked as a whole: either rows or faults."""

    rows: list[Row]
    faults: list[Fault]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file by the keys of its columns: as typed (`line["amount"]`); `meant` asks the column's kind."""

    number: int
    said: Mapping[str, str]
    sheet: "Sheet" = field(repr=False)

    def __getitem__(self, key: str) -> str:
        return self.said[key]

    def meant(self, key: str) -> Any:
        """Raises a CampusError with the sentence."""
        return self.sheet.column(key).kind(self.said[key])

    def fault(self, key: str, what: str) -> Fault:
        """What is wrong with the cell of this column."""
        said = " ".join(self.said[one][:LONGEST_SAID] for one in self.sheet.named_by).strip()
        return Fault(self.number, self.sheet.column(key).head, what, said)

    def faults(self) -> list[Fault]:
        """Of each cell by itself; an empty one is none where the column is not needed."""
        return [
            self.fault(column.key, what)
            for column in self.sheet.columns
            if (self.said[column.key] or column.needed) and (what := self.fault_of(column))
        ]

    def fault_of(self, column: Column) -> str:
        try:
            column.kind(self.said[column.key])
        except CampusError as error:
            return error.message
        return ""


class Lines(list[Line]):
    """Of a file; `unread`: its heads that are no column of the form, under which what stands goes nowhere."""

    unread: Sequence[str] = ()


class Sheet:
    def __init__(self, *columns: Column, most: int, largest: int = 0, named_by: Iterable[str] = ()) -> None:
        """`most` lines; `largest`: bytes of a file, where it is less than what the school allows. `named_by`: the columns whose
        cells tell whose line it is, beside what is wrong with it; nothing that is secret."""
        self.columns, self.most, self.largest, self.named_by = columns, most, largest, tuple(named_by)

    @cached_property
    def keys(self) -> dict[str, str]:
        """The key of a column by each of its heads."""
        return {head_of(name): one.key for one in self.columns for name in (one.head, *one.also)}

    def column(self, key: str) -> Column:
        return next(one for one in self.columns if one.key == key)

    def read(self, content: bytes) -> Lines:
        """Every line that says something. Raises a FileRefusedError where it is no such file."""
        numbered = grid_of(content, self.largest)
        top = list(islice(((number, cells) for number, cells in numbered if any(cells)), HEADER_WITHIN))
        place, places = self.header_of([cells for _number, cells in top])
        lines = Lines(self.lines(chain(top[place + 1 :], numbered), places))
        if not lines:
            raise EmptyFileError
        heads = [cell for cell in top[place][1] if (head := head_of(cell)) and head not in self.keys]
        lines.unread = [one[:LONGEST_SAID] for one in heads]
        return lines

    def lines(self, numbered: Iterable[tuple[int, list[str]]], places: Mapping[str, int]) -> Iterator[Line]:
        count = 0
        for number, cells in numbered:
            if not any(cells):
                continue
            count += 1
            if count > self.most:
                raise TooManyRowsError(most=self.most)
            said = {one.key: one.read(cell_at(cells, places.get(one.key))) for one in self.columns}
            if any(said.values()):
                yield Line(number, said, self)

    def header_of(self, rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
        """Where the heads stand, and the place of each column."""
        needed = {one.key for one in self.columns if one.needed}
        for number, row in enumerate(rows):
            places: dict[str, int] = {}
            for place, cell in enumerate(row):
                if (key := self.keys.get(head_of(cell))) is not None:
                    places.setdefault(key, place)
            if needed <= places.keys():
                self.refuse_twice(row)
                return number, places
        raise NoHeaderError(needed="、".join(one.head for one in self.columns if one.needed))

    def refuse_twice(self, row: Sequence[str]) -> None:
        """Under two names of one column the first holds; under one name nobody knows which is meant."""
        heads = [head for cell in row if (head := head_of(cell)) in self.keys]
        if again := next((head for head in heads if heads.count(head) > 1), None):
            raise HeadTwiceError(head=again)

    def form(self, rows: Iterable[Mapping[str, str]] = (), *, name: str, above: Sequence[str] = ()) -> bytes:
        """The form as a workbook, empty or filled."""
        return writing.form([one for one in self.columns if one.in_form], rows, name=name, above=above)


def cell_at(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def grid_of(content: bytes, largest: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Each line's number and its cells as text, whatever kind of file it is."""
    if largest and len(content) > largest:
        raise FileRefusedError
    with tempfile.NamedTemporaryFile(suffix=".sheet") as file:
        file.write(content)
        file.flush()
        path = Path(file.name)
        check_size(path)
        if format_of(path) == "xlsx":
            grid = next(grids_of(path))
            yield from ((line, [text_of(cell) for cell in row]) for line, row in enumerate(grid.cells, start=1))
        else:
            encoding = texts.detect_encoding(path, texts.ENCODINGS)
            yield from ((line, [text_of(cell) for cell in row]) for line, row in texts.read_lines(path, encoding))
