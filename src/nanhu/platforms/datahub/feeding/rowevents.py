"""MariaDB's binary log as it is sent to a replica: what became of which row of one table."""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from struct import unpack_from
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.platforms.datahub.feeding.pgoutput import MOST_HELD, Change, Row, ShapeError

HEADER: Final = 19
CHECKSUM: Final = 4
QUERY, ROTATE, FORMAT, XID, TABLE_MAP, XA_PREPARE = 2, 4, 15, 16, 19, 38
WRITE, UPDATE, DELETE = 23, 24, 25
COMPRESSED: Final = {165: QUERY, 166: WRITE, 167: UPDATE, 168: DELETE}
QUIET: Final = frozenset({3, 27, 160, 161, 162, 163, 164})
"""A server's end, heartbeats, remarks, checkpoints, numbers of transactions, the key of the file."""
TABLE_ID: Final = 6
CALM: Final = re.compile(rb"\s*(BEGIN|START\s+TRANSACTION|SAVEPOINT|RELEASE|XA\s+(START|END))\b", re.IGNORECASE)
UNDONE: Final = re.compile(rb"\s*ROLLBACK\b", re.IGNORECASE)
DONE: Final = re.compile(rb"\s*COMMIT\b", re.IGNORECASE)
WRITES: Final = re.compile(
    rb"\s*(?>/\*.*?\*/\s*|(?:--|#)[^\n]*\n\s*)*+(INSERT|UPDATE|DELETE|REPLACE|LOAD|CALL|WITH|XA\s+COMMIT|(CREATE|ALTER|DROP)\s+(DATABASE|SCHEMA))\b",
    re.IGNORECASE | re.DOTALL,
)
"""Statements that are in the log themselves and not by their rows, so that nobody knows what became of which."""
MOST_PENDING: Final = 1_000_000
"""Rows of one transaction. It is heard to its end for each of its parts: of more the whole table is less work."""
MOST_BYTES: Final = 256 << 20
"""Of one event that was packed."""
BROKEN: Final = (IndexError, KeyError, OverflowError, ValueError, struct.error, zlib.error)
"""What bytes raise that are not what they should be."""
HERE: Final = timezone(timedelta(hours=8))
ZERO_MOMENT: Final = "0000-00-00 00:00:00"
DIGITS: Final = 9
BYTES_OF_DIGITS: Final = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)
SIZES: Final = {1: 1, 2: 2, 9: 3, 3: 4, 8: 8}
"""Bytes of whole numbers, by their type."""
META_BYTES: Final = {4: 1, 5: 1, 15: 2, 16: 2, 17: 1, 18: 1, 19: 1, 246: 2, 247: 2, 248: 2, 252: 1, 254: 2}
KNOWN_TYPES: Final = frozenset({*SIZES, *META_BYTES, 10, 13})
ENUM, SET = 247, 248
SHORT: Final = 255
LONG_LENGTHS: Final = {251: 0, 252: 2, 253: 3, 254: 8}


@dataclass(frozen=True, slots=True)
class Column:
    """As the table is declared. `codec`: empty of bytes; `words`: of an enumeration or a set; `width`: of fixed bytes; `decimals`: of a
    float, where they are declared."""

    name: str
    codec: str = ""
    is_unsigned: bool = False
    words: Sequence[str] = ()
    width: int = 0
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    kind: int
    made_at: int
    end: int
    body: bytes


def event_in(data: bytes) -> Event:
    """Without its checksum, which is known by that it fits: some events have none, whatever was agreed."""
    made_at, kind, _server, _size, end, _flags = unpack_from("<IBIIIH", data)
    is_checked = zlib.crc32(data[:-CHECKSUM]) == int.from_bytes(data[-CHECKSUM:], "little")
    return Event(kind, made_at, end, data[HEADER : -CHECKSUM if is_checked else None])


@dataclass(slots=True)
class Bytes:
    """What is left of an event."""

    data: bytes
    at: int = 0

    @property
    def is_empty(self) -> bool:
        return self.at >= len(self.data)

    def take(self, size: int) -> bytes:
        found = self.data[self.at : self.at + size]
        if len(found) != size:
            raise ShapeError(_("日志里的行和表对不上"))
        self.at += size
        return found

    def number(self, size: int, *, is_signed: bool = False) -> int:
        return int.from_bytes(self.take(size), "little", signed=is_signed)

    def length(self) -> int:
        first = self.number(1)
        return self.number(LONG_LENGTHS[first]) if first in LONG_LENGTHS else first

    def name(self) -> str:
        found = self.take(self.number(1)).decode(errors="replace")
        self.at += 1
        return found

    def bits(self, count: int) -> list[bool]:
        found = self.take((count + 7) // 8)
        return [bool(found[n >> 3] >> (n & 7) & 1) for n in range(count)]


def unpacked(data: bytes) -> bytes:
    """After a byte that says how many bytes tell the length."""
    unpacker = zlib.decompressobj()
    found = unpacker.decompress(data[1 + (data[0] & 7) :], MOST_BYTES)
    if not unpacker.eof:
        raise ShapeError(_("日志里的行和表对不上"))
    return found


def other_log() -> ShapeError:
    return ShapeError(_("对方的日志不是上次那一份了（重建过，或换了服务器）"))


type Kind = tuple[int, int]
"""The type of a column, and what is added to it."""


@dataclass(slots=True)
class Follower:
    """Of one table what every ended transaction did to its rows. `file`, `place`: how far; `made_at`: when that file was begun, by
    which it is known again (0: not known yet). `room`: how many rows are held at most; `size`: how many bytes of the log they were. A transaction of more is told in parts:
    `skip` of its rows were told before, and `place` is that before it until the last part."""

    database: str
    table: str
    columns: Sequence[Column]
    file: str
    place: int
    made_at: int = 0
    skip: int = 0
    room: int = MOST_PENDING
    size: int = 0
    seen: int = 0
    kinds: dict[int, list[Kind]] = field(default_factory=dict)
    pending: list[Change] = field(default_factory=list)
    is_at_start: bool = True

    @property
    def is_full(self) -> bool:
        return self.size >= MOST_HELD

    def hears(self, event: Event) -> list[Change]:
        """What has ended with this event. Raises ShapeError where the log does not say all."""
        kind, body = COMPRESSED.get(event.kind, event.kind), event.body
        if kind == ROTATE:
            self.file, self.place = body[8:].decode(), int.from_bytes(body[:8], "little")
        elif kind == FORMAT:
            self.begins(event.made_at)
        elif kind == TABLE_MAP:
            self.maps(Bytes(body))
        elif kind in {WRITE, UPDATE, DELETE}:
            self.rows(kind, body, is_packed=kind != event.kind)
        elif kind == XID:
            return self.ended(event)
        elif kind == QUERY:
            return self.statement(event, is_packed=kind != event.kind)
        elif kind == XA_PREPARE and not self.seen:
            self.place = event.end
        elif kind not in QUIET:
            raise ShapeError(_("日志里有读不懂的事件（%d）") % event.kind)
        return []

    def begins(self, made_at: int) -> None:
        """A file. The one that was read before bears the moment at which it was begun; another of its name does not. What a server that
        died left half written at the end of the one before was undone there."""
        if self.is_at_start and self.made_at not in {0, made_at}:
            raise other_log()
        self.made_at, self.is_at_start, self.pending, self.seen, self.size = made_at, False, [], 0, 0

    def ended(self, event: Event) -> list[Change]:
        found, self.skip = self.pending, self.skip + len(self.pending)
        if self.skip >= self.seen:
            self.place, self.skip = event.end, 0
        self.pending, self.seen = [], 0
        return found

    def statement(self, event: Event, *, is_packed: bool) -> list[Change]:
        size, status = event.body[8], int.from_bytes(event.body[11:13], "little")
        text = event.body[13 + status + size + 1 :]
        text = unpacked(text) if is_packed else text
        if CALM.match(text):
            return []
        self.refuse(text)
        is_inside = bool(self.seen) and not DONE.match(text)
        return [] if is_inside else self.ended(event)

    def refuse(self, text: bytes) -> None:
        """What may have changed our table and tells no rows, or told some that are undone."""
        names = rb"(?i)(?<![\w$])%s(?![\w$])" % re.escape(self.table.encode())
        if WRITES.match(text) or re.search(names, text) or (self.seen and UNDONE.match(text)):
            raise ShapeError(_("对方执行了 %s") % text.split(None, 2)[0].decode("ascii", "replace").upper()[:20])

    def maps(self, reader: Bytes) -> None:
        number, _flags, database, table = reader.number(TABLE_ID), reader.number(2), reader.name(), reader.name()
        self.kinds.pop(number, None)
        if (database, table) != (self.database, self.table):
            return
        types = reader.take(reader.length())
        meta = Bytes(reader.take(reader.length()))
        if len(types) != len(self.columns) or not set(types) <= KNOWN_TYPES:
            raise ShapeError(_("日志里的行和表对不上"))
        self.kinds[number] = [real_kind(one, meta.take(META_BYTES.get(one, 0))) for one in types]

    def rows(self, kind: int, body: bytes, *, is_packed: bool) -> None:
        kinds = self.kinds.get(int.from_bytes(body[:TABLE_ID], "little"))
        if kinds is None:
            return
        reader = Bytes(body, TABLE_ID + 2)
        count = reader.length()
        told = [reader.bits(count) for _n in range(2 if kind == UPDATE else 1)]
        if count != len(kinds) or not all(map(all, told)):
            raise ShapeError(_("日志里的行不完整（binlog_row_image 不是 FULL）"))
        reader = Bytes(unpacked(body[reader.at :])) if is_packed else reader
        while not reader.is_empty:
            began = reader.at
            before = self.row(reader, kinds) if kind != WRITE else None
            after = self.row(reader, kinds) if kind != DELETE else None
            if self.skip <= self.seen < self.skip + self.room and not self.is_full:
                self.pending.append(Change(before, after))
                self.size += reader.at - began
            self.seen += 1
        if self.seen > MOST_PENDING:
            raise ShapeError(_("一次改了太多行"))

    def row(self, reader: Bytes, kinds: Sequence[Kind]) -> Row:
        empty = reader.bits(len(kinds))
        return {
            column.name: None if is_null else value_in(reader, kind, column)
            for column, kind, is_null in zip(self.columns, kinds, empty, strict=True)
        }


def real_kind(kind: int, meta: bytes) -> Kind:
    """Texts of fixed length, enumerations and sets are all told as one type."""
    if kind != 254:  # noqa: PLR2004
        return kind, int.from_bytes(meta, "little")
    if meta[0] in {ENUM, SET}:
        return meta[0], meta[1]
    return 254, meta[1] | (meta[0] & 0x30 ^ 0x30) << 4


def value_in(reader: Bytes, kind: Kind, column: Column) -> Any:
    number, meta = kind
    if number in SIZES:
        return reader.number(SIZES[number], is_signed=not column.is_unsigned)
    return READERS[number](reader, meta, column)


def year(reader: Bytes, _meta: int, _column: Column) -> int:
    found = reader.number(1)
    return found and 1900 + found


def single(reader: Bytes, _meta: int, column: Column) -> float:
    """With the six digits that the server shows, or as many decimals as are declared."""
    (found,) = unpack_from("<f", reader.take(4))
    return float(f"{found:.6g}" if column.decimals is None else f"{found:.{column.decimals}f}")


def double(reader: Bytes, _meta: int, _column: Column) -> float:
    return float(unpack_from("<d", reader.take(8))[0])


def day(reader: Bytes, _meta: int, _column: Column) -> str:
    found = reader.number(3)
    return f"{found >> 9:04d}-{found >> 5 & 15:02d}-{found & 31:02d}"


def part_of_second(reader: Bytes, digits: int) -> str:
    size = (digits + 1) // 2
    micros = int.from_bytes(reader.take(size)) * 100 ** (3 - size)
    return fraction(micros, digits)


def fraction(micros: int, digits: int) -> str:
    return f".{micros:06d}"[: digits + 1] if digits else ""


def moment(reader: Bytes, digits: int, _column: Column) -> str:
    """By the zone that we ask in."""
    seconds = int.from_bytes(reader.take(4))
    shown = datetime.fromtimestamp(seconds, UTC).astimezone(HERE).strftime("%Y-%m-%d %H:%M:%S")
    return (shown if seconds else ZERO_MOMENT) + part_of_second(reader, digits)


def day_and_hour(reader: Bytes, digits: int, _column: Column) -> str:
    found = int.from_bytes(reader.take(5)) - (1 << 39)
    (years, month), date = divmod(found >> 22, 13), found >> 17 & 31
    shown = f"{years:04d}-{month:02d}-{date:02d} {found >> 12 & 31:02d}:{found >> 6 & 63:02d}:{found & 63:02d}"
    return shown + part_of_second(reader, digits)


def hours(reader: Bytes, digits: int, _column: Column) -> str:
    """May be negative, and more than a day."""
    size = (digits + 1) // 2
    found = int.from_bytes(reader.take(3 + size)) - (1 << 8 * size + 23)
    sign, whole, rest = "-" if found < 0 else "", abs(found) >> 8 * size, abs(found) & (1 << 8 * size) - 1
    shown = f"{sign}{whole >> 12 & 1023:02d}:{whole >> 6 & 63:02d}:{whole & 63:02d}"
    return shown + fraction(rest * 100 ** (3 - size), digits)


def exact(reader: Bytes, meta: int, _column: Column) -> str:
    """A DECIMAL: nine digits are four bytes, those that are left over fewer; of a negative one all bits are turned."""
    scale, precision = meta >> 8, meta & 255
    (wholes, first), (parts, last) = divmod(precision - scale, DIGITS), divmod(scale, DIGITS)
    before, after = [first, *[DIGITS] * wholes], [*[DIGITS] * parts, last]
    raw = bytearray(reader.take(sum(BYTES_OF_DIGITS[one] for one in (*before, *after))))
    turned = 0 if raw[0] & 0x80 else 0xFF
    raw[0] ^= 0x80
    left = Bytes(bytes(one ^ turned for one in raw))
    whole, rest = (
        "".join(f"{int.from_bytes(left.take(BYTES_OF_DIGITS[one])):0{one}d}" for one in some if one)
        for some in (before, after)
    )
    return f"{'-' if turned else ''}{whole.lstrip('0') or '0'}{f'.{rest}' if scale else ''}"


def text(reader: Bytes, most: int, column: Column) -> str | bytes:
    """VARCHAR and CHAR; fixed bytes lost the zeros at their end."""
    found = reader.take(reader.number(1 if most <= SHORT else 2))
    return found.decode(column.codec, "replace") if column.codec else found.ljust(column.width, b"\0")


def long_text(reader: Bytes, size: int, column: Column) -> str | bytes:
    found = reader.take(reader.number(size))
    return found.decode(column.codec, "replace") if column.codec else found


def bits(reader: Bytes, meta: int, _column: Column) -> bytes:
    return reader.take((meta >> 8) + bool(meta & 255))


def one_of(reader: Bytes, size: int, column: Column) -> str:
    found = reader.number(size)
    return column.words[found - 1] if found else ""


def some_of(reader: Bytes, size: int, column: Column) -> str:
    found = reader.number(size)
    return ",".join(word for n, word in enumerate(column.words) if found >> n & 1)


READERS: Final[Mapping[int, Callable[[Bytes, int, Column], Any]]] = {
    4: single,
    5: double,
    10: day,
    13: year,
    15: text,
    16: bits,
    17: moment,
    18: day_and_hour,
    19: hours,
    246: exact,
    ENUM: one_of,
    SET: some_of,
    252: long_text,
    254: text,
}


def changes_in(
    follower: Follower, events: Iterator[bytes], *, most: int, is_late: Callable[[], bool]
) -> tuple[list[Change], bool]:
    """`most`, and whether that is all: after so many, or when it gets late, the rest is for the next time. One that takes longer is
    heard to its end, else it would be begun again for ever, and of one of more rows as many as there is room for are told."""
    found: list[Change] = []
    for data in events:
        follower.room = most - len(found)
        try:
            event = event_in(data)
            told = follower.hears(event)
        except BROKEN:
            raise ShapeError(_("日志里的行和表对不上")) from None
        found += told
        if told and follower.skip:  # a part
            return found, False
        if follower.place == event.end and (len(found) >= most or follower.is_full or is_late()):
            return found, False
    return found, True
