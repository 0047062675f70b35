"""A source that is a database: one SELECT in one read-only snapshot, row after row."""

import math
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from tempfile import NamedTemporaryFile
from typing import Any, Final

import psycopg
import pymysql
from django.utils.translation import gettext as _
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader
from pymysql.cursors import SSDictCursor

from nanhu.kernel import outgoing
from nanhu.kernel.sheets.guard import MOST_ROWS
from nanhu.platforms.datahub.cleaning.masking import masked
from nanhu.platforms.datahub.errors import SourceFailedError
from nanhu.platforms.datahub.feeding.http import Row
from nanhu.platforms.datahub.feeding.reaching import is_listed, target_of
from nanhu.platforms.datahub.feeding.troubles import database_in_words
from nanhu.platforms.datahub.models import DataSource

SECONDS: Final = 5
ALL_SECONDS: Final = 600
SILENT_SECONDS: Final = 60
"""Between two rows, once the first has come."""
CHUNK: Final = 500
FIRST_CHUNK: Final = 20
CHUNK_BYTES: Final = 8 << 20
"""So many rows are asked for at once as are this large by those before them."""
ROW_BYTES: Final = 128 << 20
"""Between two rows more is not listened to: a column of films would take this machine's memory before anybody counts it."""
RECEIVED_AT: Final = 128
"""Where the kernel's `tcp_info` says how many bytes came."""
CLEAR_PASSWORD: Final = 2061
MARIADB_SNAPSHOT: Final = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
OPEN_STATES: Final = frozenset({"08", "25", "28", "3D", "42", "53", "55", "57"})
"""Classes of SQLSTATE that speak of the connection, of rights and names; others speak of values."""
OPEN_NUMBERS: Final = frozenset(
    {"1040", "1044", "1045", "1049", "1054", "1064", "1142", "1143", "1146", "1203", "1226", "1792"}
)
MOST: Final = MOST_ROWS + 1
"""One more than a file may have: then it is refused."""


class Deadline:
    """Our own: a server that says nothing more, drips, or pours keeps to none of its own. `begins`: from now on a row comes; `moves`: one has
    come; `why`: what ended it. `heard`: how many bytes had come with the last row."""

    def __init__(self, seconds: float, line: socket.socket) -> None:
        self.seconds, self.line, self.is_over, self.why = seconds, line, threading.Event(), ""
        self.end, self.silent_from, self.heard = time.monotonic() + seconds, math.inf, math.inf
        self.has_moved, self.look = False, min(seconds / 4, 0.2)

    def begins(self) -> None:
        self.has_moved = True

    def moves(self) -> None:
        self.silent_from, self.has_moved = time.monotonic(), True

    def fault(self) -> str:
        moment = time.monotonic()
        if moment > self.end:
            return _("读了 %d 秒还没有完") % self.seconds
        if moment - self.silent_from > SILENT_SECONDS:
            return _("读到一半，对方 %d 秒没有给出下一行") % SILENT_SECONDS
        if self.has_moved:
            self.has_moved, self.heard = False, received(self.line)
        if received(self.line) - self.heard > ROW_BYTES:
            return too_large()
        return ""

    def watch(self) -> None:
        while not self.is_over.wait(self.look):
            if why := self.fault():
                self.why = why
                with suppress(OSError):
                    self.line.shutdown(socket.SHUT_RDWR)
                return


def too_large() -> str:
    return _("有一行大过 %d MiB：照片、附件这样的列请不要给") % (ROW_BYTES >> 20)


def received(line: socket.socket) -> int:
    """Bytes so far; 0 where the system does not tell."""
    wanted = RECEIVED_AT + 8
    try:
        said = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, wanted)
    except (OSError, AttributeError):
        return 0
    return int.from_bytes(said[RECEIVED_AT:wanted], sys.byteorder) if len(said) == wanted else 0


@contextmanager
def ended_after(seconds: float, descriptor: int) -> Iterator[Deadline]:
    """Whoever waits at this socket then gets an error, and who reads a source the reason."""
    line = socket.socket(fileno=os.dup(descriptor))
    deadline = Deadline(seconds, line)
    thread = threading.Thread(target=deadline.watch, daemon=True)
    thread.start()
    try:
        yield deadline
    except (psycopg.Error, pymysql.MySQLError):
        if deadline.why:
            raise SourceFailedError(why=deadline.why) from None
        raise
    finally:
        deadline.is_over.set()
        thread.join()
        line.close()


@contextmanager
def postgres_tls(made: DataSource, host: str) -> Iterator[dict[str, Any]]:
    """By the certificates that were given; else by public ones, and inside as far as the server offers it, with no password in clear."""
    if made.tls_roots:
        with NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(made.tls_roots)
            file.flush()
            yield {"sslmode": "verify-ca", "sslrootcert": file.name}
    elif is_listed(host):
        yield {"sslmode": "prefer", "require_auth": "!password"}
    else:
        yield {"sslmode": "verify-full", "sslrootcert": "system"}


def mariadb_tls(made: DataSource, host: str) -> dict[str, Any]:
    if made.tls_roots:
        trusted = ssl.create_default_context(cadata=made.tls_roots)
        trusted.check_hostname = False
        return {"ssl": trusted}
    if is_listed(host):
        return {"ssl": None, "auth_plugin_map": {"mysql_clear_password": NoClearPassword}}
    return {"ssl": outgoing.tls_context()}


class NoClearPassword:
    def __init__(self, _connection: Any) -> None: ...

    def authenticate(self, _packet: Any) -> None:
        raise pymysql.err.OperationalError(CLEAR_PASSWORD, "no password in clear without TLS")


@contextmanager
def opened_postgres(made: DataSource, seconds: int) -> Iterator[tuple[psycopg.Connection[dict[str, Any]], Deadline]]:
    target, host, port, database = target_of(made)
    with (
        postgres_tls(made, host) as tls,
        closing(
            psycopg.connect(
                host=host,
                hostaddr=target,
                port=port,
                dbname=database,
                user=made.user_name,
                password=made.secret or "",
                connect_timeout=SECONDS,
                options=f"-c statement_timeout={seconds}s -c DateStyle=ISO -c bytea_output=hex",
                row_factory=dict_row,
                **tls,
            )
        ) as connection,
        ended_after(seconds, connection.fileno()) as deadline,
    ):
        yield connection, deadline


def read_postgres(made: DataSource, limit: int, seconds: int) -> Iterator[Row]:
    """A server-side cursor: it takes one statement that reads, and nothing else."""
    with opened_postgres(made, seconds) as (connection, deadline):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.cursor(name="nanhu") as cursor:
            for kind in ("date", "timestamp", "timestamptz"):
                cursor.adapters.register_loader(kind, TextLoader)  # one without end is no day that Python knows
            cursor.execute(made.query.encode())
            deadline.begins()
            for row in islice(chunks_in(cursor), limit):
                deadline.moves()
                yield row


def chunks_in(cursor: Any) -> Iterator[Row]:
    """Row after row, by as many at once as need little memory."""
    size = FIRST_CHUNK
    while rows := cursor.fetchmany(size):
        weight = sum(map(weight_of_row, rows)) // len(rows)
        yield from rows
        size = max(1, min(CHUNK, CHUNK_BYTES // max(weight, 1)))


def weight_of_row(row: Row) -> int:
    """It may have come whole between two looks of the deadline: one that is too large is refused here, too."""
    weight = sum(map(weight_of, row.values()))
    if weight > ROW_BYTES:
        raise SourceFailedError(why=too_large())
    return weight


def weight_of(value: Any) -> int:
    """Near enough: what is large is text, bytes, or was JSON."""
    if isinstance(value, str | bytes):
        return len(value)
    return len(repr(value)) if isinstance(value, dict | list) else 0


@contextmanager
def opened_mariadb(made: DataSource, seconds: int, **options: Any) -> Iterator[tuple[Any, Deadline]]:
    """Its tables may be GBK or Latin-1: the server gives all as UTF-8."""
    target, host, port, database = target_of(made)
    connection = pymysql.connect(
        host=host,
        port=port,
        database=database,
        user=made.user_name,
        password=made.secret or "",
        charset="utf8mb4",
        connect_timeout=SECONDS,
        read_timeout=seconds,
        cursorclass=SSDictCursor,
        local_infile=False,
        defer_connect=True,
        **mariadb_tls(made, host),
        **options,
    )
    line = socket.create_connection((target, port), SECONDS)
    with closing(line), ended_after(seconds, line.fileno()) as deadline, opened(connection, line):
        yield connection, deadline


def read_mariadb(made: DataSource, limit: int, seconds: int) -> Iterator[Row]:
    with opened_mariadb(made, seconds) as (connection, deadline), connection.cursor() as cursor:
        cursor.execute(MARIADB_SNAPSHOT)
        cursor.execute(made.query)
        yield from islice(rows_in(cursor, deadline), limit)


def rows_in(cursor: Any, deadline: Deadline) -> Iterator[Row]:
    deadline.begins()
    try:
        for row in cursor:
            deadline.moves()
            weight_of_row(row)
            yield row
    finally:
        cursor._result.unbuffered_active = False  # noqa: SLF001 - else closing it reads on to the end, of a lost line, too


@contextmanager
def opened(connection: Any, line: socket.socket) -> Iterator[None]:
    connection.connect(sock=line)
    with closing(connection):
        yield


READERS: Final[dict[str, Callable[[DataSource, int, int], Iterator[Row]]]] = {
    DataSource.Kind.POSTGRES: read_postgres,
    DataSource.Kind.MARIADB: read_mariadb,
}


def read_rows(made: DataSource, *, limit: int, seconds: int = ALL_SECONDS) -> Iterator[Row]:
    """`seconds`: all that it may take."""
    try:
        yield from READERS[made.kind](made, limit, seconds)
    except (psycopg.Error, pymysql.MySQLError) as error:
        raise SourceFailedError(why=words_of(error)) from None
    except UnicodeDecodeError:
        raise SourceFailedError(why=_("有的字不是数据库说的编码")) from None


CONNECTION_LOST: Final = "08000"
"""Where a driver says so without a number."""


def words_of(error: psycopg.Error | pymysql.MySQLError) -> str:
    """Its own words where they are of the connection or of our query; else its number alone, for they may hold a row."""
    if isinstance(error, psycopg.Error):
        number, text = error.sqlstate or "", error.diag.message_primary or str(error)
        is_open = not number or number[:2] in OPEN_STATES
    else:
        number, text = str(error.args[0] if error.args else ""), str(error.args[-1] if error.args else "")
        is_open = number in OPEN_NUMBERS or number.startswith("2")
    said = masked(" ".join(text.split()))[:200] if is_open else f"{type(error).__name__} {number}"
    is_away = not number and isinstance(error, psycopg.OperationalError | pymysql.err.InterfaceError)
    return database_in_words(CONNECTION_LOST if is_away else number, said)
