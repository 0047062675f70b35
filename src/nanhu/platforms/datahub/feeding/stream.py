"""A source that is a PostgreSQL's own log of changes (logical replication): first the whole table, then what changed.

A slot holds the log for us. It is peeked at, and let go of when what it said is taken in: killed between, the same changes come
again and change nothing. A slot that is lost, or that others let go of (another campus, ourselves before a restore), a server that is another or was set back, a TRUNCATE, another shape of the table, a value that the log leaves out, a row that is
gone and whose key it does not tell: the whole table is read anew."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, Final

import psycopg
from django.utils.translation import gettext as _
from psycopg import sql
from psycopg.types.string import TextLoader

from nanhu.platforms.datahub.errors import SourceFailedError
from nanhu.platforms.datahub.feeding.database import ALL_SECONDS, chunks_in, opened_postgres, words_of
from nanhu.platforms.datahub.feeding.http import Row
from nanhu.platforms.datahub.feeding.pgoutput import MOST_HELD, VALUED, Change, Decoder, ShapeError
from nanhu.platforms.datahub.feeding.troubles import required_setting
from nanhu.platforms.datahub.models import DataSource
from nanhu.platforms.datahub.reading.spool import REMOVED

EVERY: Final = timedelta(seconds=5)
"""What changed there is seen here within ten, with the worker's look each second and the reading."""
PUBLICATION: Final = "nanhu"
MOST_CHANGES: Final = 100_000
COMMIT: Final = b"C"
DROP_SECONDS: Final = 10
SLOT: Final = """
    SELECT wal_status, confirmed_flush_lsn::text AS place, confirmed_flush_lsn > nullif(%(until)s, '')::pg_lsn AS is_ahead,
        confirmed_flush_lsn < nullif(%(until)s, '')::pg_lsn AS is_behind
    FROM pg_replication_slots WHERE slot_name = %(slot)s"""
"""`is_ahead`: somebody let go of more than we did; null where we do not know how far we were. `is_behind`: it holds what we let go of."""
SERVER: Final = """
    SELECT system_identifier || '/' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8) AS server FROM pg_control_system()"""
"""Whose log it is: of which cluster, and since which promotion or restore (its timeline)."""
MAKE: Final = "SELECT pg_create_logical_replication_slot(%s, 'pgoutput')"
DROP: Final = "SELECT pg_drop_replication_slot(%s)"
HERE: Final = "SELECT pg_current_wal_flush_lsn()::text AS here"
"""Not the place that is written: what is written and not flushed yet, nobody tells us."""
PEEK: Final = "SELECT lsn::text, data FROM pg_logical_slot_peek_binary_changes(%s, NULL, %s, 'proto_version', '1', 'publication_names', %s)"
FOLLOWED: Final = """
    WITH RECURSIVE tree AS (
        SELECT %(table)s::regclass::oid AS oid
        UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid
    ), parts AS (
        SELECT tree.oid, c.relkind FROM tree JOIN pg_class c ON c.oid = tree.oid
    ), told AS (
        SELECT c.oid, c.relkind FROM pg_publication_tables t JOIN pg_namespace n ON n.nspname = t.schemaname
        JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
        WHERE t.pubname = %(publication)s AND to_jsonb(t) ->> 'rowfilter' IS NULL
    )
    SELECT ARRAY(SELECT oid::bigint FROM parts ORDER BY oid) AS tables,
        current_setting('wal_level') = 'logical' AND EXISTS (
            SELECT FROM pg_publication p WHERE p.pubname = %(publication)s
            AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate) AS is_ready,
        EXISTS (SELECT FROM parts WHERE relkind = 'r') AND NOT EXISTS (
            SELECT FROM parts WHERE relkind = 'r' AND oid NOT IN (SELECT oid FROM told)
            AND NOT EXISTS (SELECT FROM told JOIN parts whole USING (oid) WHERE whole.relkind = 'p')) AS is_told"""
"""A table with its partitions; whether the log can be read, and tells of all that happens to them."""
IDENTITY: Final = """
    SELECT c.relreplident = 'f' AS is_full, ARRAY(
        SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
        WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END
    ) AS columns
    FROM pg_class c WHERE c.oid = ANY(%s) AND c.relkind = 'r'"""
"""Of which columns the log tells what they were, of the table and its partitions."""
LET_GO: Final = "SELECT pg_replication_slot_advance(%s, %s::pg_lsn)"
type Line = psycopg.Connection[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class News:
    """`until`: how far the log is read, once these rows are in. `shape`: the table's columns; `layout`: by what else it is known as
    the same table. `is_all`: nothing is left in the log; `why` the whole table is read anew."""

    rows: Iterator[Row]
    is_whole: bool
    until: Any
    shape: list[str]
    layout: list[Any]
    is_all: bool = True
    why: str = ""

    @property
    def place(self) -> str:
        """How far, in the words of that database."""
        return place_in_words(self.until)


def place_in_words(until: Any) -> str:
    """`+100000`: so many rows of the transaction that begins there were told."""
    if isinstance(until, str):
        return until
    part = f"+{until['skip']}" if until.get("skip") else ""
    return f"{until['file']}:{until['place']}{part}"


def slot_of(made: DataSource) -> str:
    return f"nanhu_{made.key.replace('.', '_')}"


@contextmanager
def connected(made: DataSource, seconds: int = ALL_SECONDS) -> Iterator[Line]:
    try:
        with opened_postgres(made, seconds) as (connection, _deadline):
            connection.autocommit = True
            yield connection
    except psycopg.Error as error:
        raise SourceFailedError(why=words_of(error)) from None


def news_of(made: DataSource, line: Line, keys: Callable[[Sequence[str]], list[str]]) -> News:
    """`keys`: which of its columns make our key."""
    shape: list[str] = made.position.get("shape", [])
    tables = followed(made, line)
    refuse_untold_key(made, line, tables, keys(shape_of(made, line)))
    if not shape:
        return whole_table(made, line, tables)
    *known, server = made.position.get("layout") or [""]
    if server != server_of(line):
        return whole_table(made, line, tables, why=_("换了服务器，或对方从备份恢复过"))
    if known != tables:
        return whole_table(made, line, tables, why=_("换了一张同名的表或分区变了"))
    if not is_kept(made, line):
        return whole_table(made, line, tables, why=_("复制槽没有了，被别处推进过，或退回过"))
    until = here(line)
    try:
        changes, place = part_since(made, line, Decoder(shape, tables))
        rows = latest(iter(changes), keys(shape))
    except ShapeError as gap:
        return whole_table(made, line, tables, why=str(gap))
    return News(iter(rows), False, place or until, shape, [*tables, server], is_all=not place)


def part_since(made: DataSource, line: Line, decoder: Decoder) -> tuple[list[Change], str]:
    """As many as are held at once, and how far that is, where it is not all: the end of a transaction, and how many rows of the next
    one were told (`0/1A2B3C+100000`)."""
    ended, told = place_and_part(made.position["until"])
    seen, count, size, found = 0, 0, 0, list[Change]()
    for lsn, data in messages(made, line):
        count += 1
        for one in decoder.changes([data]):
            seen += 1
            found += [one] if seen > told else []
            size += len(data) if seen > told else 0
        if data.startswith(COMMIT):
            ended, told, seen = lsn, 0, 0
        if len(found) >= MOST_CHANGES or size >= MOST_HELD:
            return found, f"{ended}+{seen}" if seen else ended
    return found, ended if count >= MOST_CHANGES else ""


def place_and_part(until: str) -> tuple[str, int]:
    place, _plus, told = until.partition("+")
    return place, int(told or 0)


def messages(made: DataSource, line: Line) -> Iterator[tuple[str, bytes]]:
    """The server ends with a transaction, however long; it is not held here."""
    with line.transaction(), line.cursor(name="nanhu", binary=True) as cursor:
        for one in chunks_in(cursor.execute(PEEK, [slot_of(made), MOST_CHANGES, PUBLICATION])):
            yield one["lsn"], one["data"]


def table_of(made: DataSource) -> sql.Identifier:
    return sql.Identifier(*made.query.split("."))


def followed(made: DataSource, line: Line) -> list[int]:
    """What it is numbered there. Refused where its changes would not be told: it would be old for ever, and look fresh."""
    facts = {"table": table_of(made).as_string(line), "publication": PUBLICATION}
    found = line.execute(FOLLOWED, facts).fetchone() or {}
    if not found.get("is_ready"):
        raise SourceFailedError(why=required_setting("wal_level = logical; CREATE PUBLICATION nanhu"))
    if not found["is_told"]:
        raise SourceFailedError(why=required_setting(f"ALTER PUBLICATION nanhu ADD TABLE {made.query}"))
    tables: list[int] = found["tables"]
    return tables


def refuse_untold_key(made: DataSource, line: Line, tables: list[int], keys: Sequence[str]) -> None:
    """Where our key changes and the log does not say what it was, the row under the old one would stand for ever."""
    for one in line.execute(IDENTITY, [tables]):
        if not one["is_full"] and not set(keys) <= set(one["columns"]):
            raise SourceFailedError(why=required_setting(f"ALTER TABLE {made.query} REPLICA IDENTITY FULL"))


def latest(changes: Iterator[Change], keys: Sequence[str]) -> list[Row]:
    """Of each key the last that happened."""
    found: dict[tuple[Any, ...], Row] = {}
    for one in changes:
        if one.before is not None:
            found[key_in(one.before, keys)] = {name: one.before[name] for name in keys} | {REMOVED: "1"}
        if one.after is not None:
            key = key_in(one.after, keys)
            found.pop(key, None)
            found[key] = one.after
    return list(found.values())


def key_in(row: Row, keys: Sequence[str]) -> tuple[Any, ...]:
    if not set(keys) <= row.keys():
        raise ShapeError(_("日志没有说没了的行是哪一行"))
    return tuple(row[name] for name in keys)


def is_kept(made: DataSource, line: Line) -> bool:
    """Whether its slot holds all since we were here, and nothing that we had let go of: then the machine was set back, or died before it
    wrote that down (which cannot be told apart), unless we were killed ourselves before we let go (`letting_go`)."""
    found = slot_in(made, line)
    if found is None or found["wal_status"] == "lost" or found["is_ahead"] is not False:
        return False
    return bool(made.position.get("letting_go")) or not found["is_behind"]


def slot_in(made: DataSource, line: Line) -> dict[str, Any] | None:
    return line.execute(
        SLOT, {"slot": slot_of(made), "until": place_and_part(made.position.get("until", ""))[0]}
    ).fetchone()


def whole_table(made: DataSource, line: Line, tables: list[int], *, why: str = "") -> News:
    """A new slot first, which begins where all that was committed is seen: what happens while the table is read comes again as
    a change. Of an old one nobody knows whether a commit that it has told of is in the table already."""
    drop(made, line)
    line.execute(MAKE, [slot_of(made)])
    until = str((slot_in(made, line) or {})["place"])
    layout = [*tables, server_of(line)]
    return News(rows_of(line, table_of(made)), True, until, shape_of(made, line), layout, why=why)


def server_of(line: Line) -> str:
    """A standby that was promoted, or a cluster that was restored, may lack what the one before it told last: rows that we took in and
    that stand there no more. Its log does not say so."""
    found = line.execute(SERVER).fetchone()
    return str(found["server"]) if found else ""


def shape_of(made: DataSource, line: Line) -> list[str]:
    found = line.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(table_of(made)))
    return [one.name for one in found.description or []]


def here(line: Line) -> str:
    found = line.execute(HERE).fetchone()
    return str(found["here"]) if found else ""


def read_rows(made: DataSource, *, limit: int, seconds: int = ALL_SECONDS) -> Iterator[Row]:
    """The table as it is now, where it can be followed."""
    with connected(made, seconds) as line:
        followed(made, line)
        yield from islice(rows_of(line, table_of(made)), limit)


def rows_of(line: Line, table: sql.Identifier) -> Iterator[Row]:
    """Values as its log will tell them, mostly as text: an array is {1,2} in both, and a day without end is one."""
    with line.transaction(), line.cursor(name="nanhu") as cursor:
        for kind in cursor.adapters.types:
            for number in {kind.array_oid} if kind.oid in VALUED else {kind.oid, kind.array_oid}:
                cursor.adapters.register_loader(number, TextLoader)
        yield from chunks_in(cursor.execute(sql.SQL("SELECT * FROM {}").format(table)))


def let_go(made: DataSource, line: Line, until: str) -> None:
    line.execute(LET_GO, [slot_of(made), place_and_part(until)[0]])


def drop_slot(made: DataSource) -> None:
    """A slot that nobody reads fills the other side's disk. Whoever retires a source waits for it."""
    with connected(made, DROP_SECONDS) as line:
        drop(made, line)


def drop(made: DataSource, line: Line) -> None:
    if slot_in(made, line) is not None:
        line.execute(DROP, [slot_of(made)])
