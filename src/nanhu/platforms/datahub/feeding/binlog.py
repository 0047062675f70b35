"""A source that is a MariaDB's own log of changes (binary log, row events): first the whole table, then what changed.

The server holds the log as long as it likes, and we keep how far we were: killed between, the same changes come again and change
nothing. Where the log is gone, begun anew, of another server, or does not say all (TRUNCATE, another shape of the table, a statement
without its rows): the whole table is read anew, and the batch says why."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from struct import pack
from typing import Any, Final

import pymysql
from django.utils.translation import gettext as _
from pymysql.constants import COMMAND, FIELD_TYPE
from pymysql.converters import encoders
from pymysql.cursors import DictCursor

from nanhu.platforms.datahub.errors import SourceFailedError
from nanhu.platforms.datahub.feeding.database import (
    ALL_SECONDS,
    MARIADB_SNAPSHOT,
    Deadline,
    opened_mariadb,
    rows_in,
    words_of,
)
from nanhu.platforms.datahub.feeding.http import Row
from nanhu.platforms.datahub.feeding.pgoutput import Change, ShapeError
from nanhu.platforms.datahub.feeding.reaching import place_of as place_of_address
from nanhu.platforms.datahub.feeding.rowevents import Column, Follower, changes_in, event_in, other_log
from nanhu.platforms.datahub.feeding.stream import MOST_CHANGES, News, latest
from nanhu.platforms.datahub.feeding.troubles import required_setting
from nanhu.platforms.datahub.models import DataSource

READ_SECONDS: Final = 60
"""One reading of the log; what is left comes at once."""
LOST: Final = 1236
NOT_ALLOWED: Final = 1227
NO_WAITING: Final = 1
RIGHTS: Final = "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.*"
SERVER: Final = "SELECT concat_ws(' ', @@server_id, @@hostname, @@port) AS server"
"""Behind one address there may be several, each with a log of its own."""
SETTINGS: Final = """
    SELECT @@version AS version, @@global.log_bin AS log_bin, @@global.binlog_format AS binlog_format,
        @@global.binlog_row_image AS binlog_row_image"""
NEEDED: Final = {"log_bin": "1", "binlog_format": "ROW", "binlog_row_image": "FULL"}
TABLE: Final = """
    SELECT TABLE_SCHEMA AS in_database, TABLE_NAME AS name FROM information_schema.TABLES
    WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s AND TABLE_TYPE = 'BASE TABLE'"""
ASK: Final = "SET time_zone = '+08:00'"
PLACE: Final = "SHOW STATUS LIKE 'binlog_snapshot_%'"
"""Of the moment at which this transaction sees the table."""
AS_REPLICA: Final = "SET @master_binlog_checksum = 'NONE', @mariadb_slave_capability = 4"
CASCADE: Final = re.compile(r"\bON (DELETE|UPDATE) (CASCADE|SET (NULL|DEFAULT))\b", re.IGNORECASE)
CODECS: Final = {
    **dict.fromkeys(("utf8", "utf8mb3", "utf8mb4", "ascii"), "utf-8"),
    **dict.fromkeys(("gbk", "gb2312"), "gb18030"),
    "latin1": "cp1252",
    "big5": "big5hkscs",
    "ucs2": "utf-16-be",
    "utf16": "utf-16-be",
}
TYPES: Final = re.compile(
    r"(tiny|small|medium|big)?int\b|integer|float|double|decimal|date|time|datetime|timestamp|year|bit|char|varchar|binary|varbinary"
    r"|(tiny|medium|long)?(text|blob)|enum|set",
)
PARTS: Final = re.compile(r"'((?:[^']|'')*)'")
VALUES: Final = {
    **dict.fromkeys(
        (FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.YEAR),
        int,
    ),
    FIELD_TYPE.FLOAT: float,
    FIELD_TYPE.DOUBLE: float,
}
"""Of all others the server's own text, as the log is read as well."""
type Line = tuple[Any, Deadline]


@dataclass(frozen=True, slots=True)
class Table:
    """`declared`: how its columns are, in words that are compared; `server`: whose it is."""

    database: str
    name: str
    columns: list[Column]
    declared: list[str]
    server: str


@contextmanager
def connected(made: DataSource, seconds: int = ALL_SECONDS) -> Iterator[Line]:
    try:
        with opened_mariadb(made, seconds, conv=encoders | VALUES, init_command=ASK) as opened:
            yield opened
    except pymysql.MySQLError as error:
        raise SourceFailedError(why=words_of(error)) from None


def selected(line: Line, query: str, values: Sequence[str] = ()) -> list[dict[str, Any]]:
    connection, _deadline = line
    with connection.cursor(DictCursor) as cursor:
        cursor.execute(query, list(values) or None)
        return list(cursor.fetchall())


def news_of(made: DataSource, line: Line, keys: Callable[[Sequence[str]], list[str]]) -> News:
    """`keys`: which of its columns make our key."""
    table, position = followed(made, line), made.position
    names = [one.name for one in table.columns]
    if not position.get("shape"):
        return whole_table(made, line, table, why="")
    if (position["shape"], position.get("layout")) != (names, table.declared):
        return whole_table(made, line, table, why=_("表的各列变了"))
    until = dict(position["until"])
    if until.pop("server", "") != table.server:
        return whole_table(made, line, table, why=str(other_log()))
    follower = Follower(table.database, table.name, table.columns, **until)
    try:
        changes, is_all = changes_since(made, table, follower)
        rows = latest(iter(changes), keys(names))
    except ShapeError as gap:
        return whole_table(made, line, table, why=str(gap))
    return News(iter(rows), False, place_of(table, follower), names, table.declared, is_all=is_all)


def place_of(table: Table, follower: Follower) -> dict[str, Any]:
    """`skip`: rows of the transaction there that were told."""
    own = {name: getattr(follower, name) for name in ("file", "place", "made_at", "skip")}
    return own | {"server": table.server}


def server_of(line: Line) -> str:
    return str(selected(line, SERVER)[0]["server"])


def followed(made: DataSource, line: Line) -> Table:
    """Refused where its changes would not be told: it would be old for ever, and look fresh."""
    (settings,) = selected(line, SETTINGS)
    if "mariadb" not in settings["version"].lower():
        raise SourceFailedError(why=_("不是 MariaDB（%s）：改用数据库的查询语句") % settings["version"])
    for name, needed in NEEDED.items():
        if str(settings[name]) != needed:
            raise SourceFailedError(why=required_setting(f"SET GLOBAL {name} = {needed}"))
    found = selected(line, TABLE, [place_of_address(made.address, made.kind)[2], made.query])
    if not found:
        raise SourceFailedError(why=_("没有这张表，或不许读：%s") % made.query)
    database, name = found[0]["in_database"], found[0]["name"]
    refuse_untold(line, database)
    ((_name, ddl),) = (row.values() for row in selected(line, f"SHOW CREATE TABLE {quoted(name)}"))
    if CASCADE.search(ddl):
        raise SourceFailedError(why=_("这张表有级联的外键，级联删改不进日志：改用数据库的查询语句"))
    told = selected(line, f"SHOW FULL COLUMNS FROM {quoted(name)}")
    return Table(database, name, [column_of(one) for one in told], list(map(declared, told)), server_of(line))


def refuse_untold(line: Line, database: str) -> None:
    """The server may be told to log some databases alone."""
    try:
        (said,) = selected(line, "SHOW MASTER STATUS")
    except pymysql.MySQLError as error:
        if error.args[:1] != (NOT_ALLOWED,):
            raise
        raise SourceFailedError(why=required_setting(RIGHTS)) from None
    only, never = (set(filter(None, said[name].split(","))) for name in ("Binlog_Do_DB", "Binlog_Ignore_DB"))
    if (only and database not in only) or database in never:
        raise SourceFailedError(why=required_setting(f"binlog_do_db, binlog_ignore_db: {database}"))


def declared(told: dict[str, Any]) -> str:
    return f"{told['Field']} {told['Type']} {told['Collation'] or ''}"


def column_of(told: dict[str, Any]) -> Column:
    """Refused where nobody here knows how the log writes it."""
    kind, charset = str(told["Type"]).lower(), str(told["Collation"] or "").partition("_")[0]
    known, is_padded = TYPES.match(kind), "decimal" in kind and "zerofill" in kind
    if (
        not known
        or is_padded
        or "compressed" in kind
        or "virtual" in told["Extra"].lower()
        or (charset and charset not in CODECS)
    ):
        raise SourceFailedError(why=_("日志里读不出这一列：%s") % declared(told))
    fixed, rounded = re.fullmatch(r"binary\((\d+)\)", kind), re.match(r"float\(\d+,(\d+)\)", kind)
    return Column(
        name=told["Field"],
        codec=CODECS.get(charset, ""),
        is_unsigned="unsigned" in kind,
        words=[one.replace("''", "'") for one in PARTS.findall(told["Type"])],
        width=int(fixed[1]) if fixed else 0,
        decimals=int(rounded[1]) if rounded else None,
    )


def quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def changes_since(made: DataSource, table: Table, follower: Follower) -> tuple[list[Change], bool]:
    until = time.monotonic() + READ_SECONDS
    return changes_in(
        follower, events_from(made, table, follower), most=MOST_CHANGES, is_late=lambda: time.monotonic() > until
    )


def events_from(made: DataSource, table: Table, follower: Follower) -> Iterator[bytes]:
    """To the end of what is written; then the server ends the connection."""
    with connected(made) as line:
        connection, deadline = line
        if server_of(line) != table.server:
            raise other_log()
        selected(line, AS_REPLICA)
        ask = pack("<IHI", follower.place, NO_WAITING, 0) + follower.file.encode()
        try:
            connection._execute_command(COMMAND.COM_BINLOG_DUMP, ask)  # noqa: SLF001 - as every replica in Python does
            deadline.begins()
            while not (packet := connection._read_packet()).is_eof_packet():  # noqa: SLF001
                deadline.begins()
                yield packet.get_all_data()[1:]
        except pymysql.MySQLError as error:
            if error.args[:1] == (NOT_ALLOWED,):
                raise SourceFailedError(why=required_setting(RIGHTS)) from None
            if error.args[:1] != (LOST,):
                raise
            raise ShapeError(_("对方的日志里没有上次读到的地方了")) from None


def whole_table(made: DataSource, line: Line, table: Table, *, why: str) -> News:
    """What is committed while the table is read comes again as a change."""
    selected(line, MARIADB_SNAPSHOT)
    said = {one["Variable_name"].lower(): one["Value"] for one in selected(line, PLACE)}
    follower = Follower(
        table.database, table.name, table.columns, said["binlog_snapshot_file"], int(said["binlog_snapshot_position"])
    )
    try:
        for data in events_from(made, table, follower):
            follower.hears(event_in(data))
            if follower.made_at:
                break
    except ShapeError as gap:
        raise SourceFailedError(why=str(gap)) from None
    rows = rows_of(line, table)
    return News(rows, True, place_of(table, follower), [one.name for one in table.columns], table.declared, why=why)


def rows_of(line: Line, table: Table) -> Iterator[Row]:
    names = ", ".join(quoted(one.name) for one in table.columns)
    connection, deadline = line
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {quoted(table.name)}")  # noqa: S608  (quoted)
        yield from rows_in(cursor, deadline)


def read_rows(made: DataSource, *, limit: int, seconds: int = ALL_SECONDS) -> Iterator[Row]:
    """The table as it is now, where it can be followed."""
    with connected(made, seconds) as line:
        yield from islice(rows_of(line, followed(made, line)), limit)


def let_go(_made: DataSource, _line: Line, _until: Any) -> None:
    """The server keeps its log by its own rules."""
