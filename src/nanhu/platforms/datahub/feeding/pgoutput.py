"""PostgreSQL's log of changes in the manner of its plugin pgoutput, version 1: what became of which row."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from struct import unpack_from
from typing import Final

from django.utils.translation import gettext as _

VALUED: Final[Mapping[int, Callable[[str], bool | bytes | float]]] = {
    16: lambda text: text == "t",
    17: lambda text: bytes.fromhex(text.removeprefix("\\x")),
    700: float,
    701: float,
}
"""Of truths, bytes and floats the value, by the number of the type; of all others their text."""
BYTES_OF_COUNT: Final = 2
BYTES_A_WORD: Final = 4
MOST_HELD: Final = 64 << 20
"""Bytes of changes that are held at once, as the log has them: of rows with photos there are fewer."""
TEXT: Final = ord("t")
UNCHANGED: Final = ord("u")


class ShapeError(Exception):
    """The log does not say all: a TRUNCATE, a value that it leaves out, a table of another shape."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: int
    is_key: bool


type Value = str | bool | bytes | float | None
type Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Change:
    """`before`: what is known of the row that is no more, its key or all of it; `after`: the row as it is now."""

    before: Row | None
    after: Row | None


@dataclass(slots=True)
class Reader:
    """One message."""

    data: bytes
    at: int = 1

    def number(self, form: str) -> int:
        (value,) = unpack_from(f">{form}", self.data, self.at)
        self.at += {"b": 1, "h": 2, "i": BYTES_A_WORD, "I": BYTES_A_WORD}[form]
        return int(value)

    def sign(self) -> str:
        self.at += 1
        return chr(self.data[self.at - 1])

    def text(self) -> str:
        end = self.data.index(0, self.at)
        found, self.at = self.data[self.at : end].decode(), end + 1
        return found

    def columns(self) -> list[Column]:
        self.text(), self.text(), self.number("b")
        return [self.column() for _n in range(self.number("h"))]

    def column(self) -> Column:
        is_key, name, kind = bool(self.number("b")), self.text(), self.number("i")
        self.at += BYTES_A_WORD
        return Column(name, kind, is_key)

    def row(self, columns: list[Column], *, of: str) -> Row:
        """`of`: K its key alone, O the old row, N the new one."""
        data, at = self.data, self.at + BYTES_OF_COUNT
        found: Row = {}
        for column in columns[: int.from_bytes(data[self.at : at])]:
            sign, at = data[at], at + 1
            if sign == UNCHANGED:
                raise ShapeError(_("日志里的行不完整"))
            value: Value = None
            if sign == TEXT:
                begin = at + BYTES_A_WORD
                at = begin + int.from_bytes(data[at:begin])
                text = str(data[begin:at], "utf-8")
                value = VALUED[column.kind](text) if column.kind in VALUED else text
            if of != "K" or column.is_key:
                found[column.name] = value
        self.at = at
        return found


@dataclass(slots=True)
class Decoder:
    """`shape`: the names of its columns, as they were when the whole table was read; empty: not known yet. `tables`: the table and its
    partitions, as the log numbers them; a publication tells of others as well."""

    shape: list[str]
    tables: Collection[int]
    columns: dict[int, list[Column]] = field(default_factory=dict)

    def changes(self, messages: Iterable[bytes]) -> Iterator[Change]:
        for data in messages:
            reader, kind = Reader(data), chr(data[0])
            if kind == "T":
                self.refuse_truncated(reader)
            elif kind in "RIUD" and (table := reader.number("I")) in self.tables:
                if kind == "R":
                    self.columns[table] = self.held_to_shape(reader.columns())
                else:
                    yield self.change(reader, self.columns[table])

    def refuse_truncated(self, reader: Reader) -> None:
        count, _options = reader.number("I"), reader.number("b")
        if {reader.number("I") for _n in range(count)} & set(self.tables):
            raise ShapeError(_("对方执行了 %s") % "TRUNCATE")

    def held_to_shape(self, columns: list[Column]) -> list[Column]:
        if self.shape and [one.name for one in columns] != self.shape:
            raise ShapeError(_("表的各列变了"))
        return columns

    def change(self, reader: Reader, columns: list[Column]) -> Change:
        before, after = None, None
        while reader.at < len(reader.data):
            of = reader.sign()
            row = reader.row(columns, of=of)
            if of == "N":
                after = row
            else:
                before = row
        return Change(before, after)
