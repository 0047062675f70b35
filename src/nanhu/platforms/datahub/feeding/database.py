"""A source that is a database: one SELECT in one read-only snapshot, row after row."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from typing import Any, Final

import psycopg
import pymysql
from psycopg.rows import dict_row
from pymysql.cursors import SSDictCursor

from nanhu.kernel import outgoing
from nanhu.kernel.sheets.guard import MOST_ROWS
from nanhu.platforms.datahub.errors import SourceFailedError
from nanhu.platforms.datahub.feeding.http import Row
from nanhu.platforms.datahub.feeding.reaching import is_listed, target_of
from nanhu.platforms.datahub.models import DataSource

SECONDS: Final = 5
ALL_SECONDS: Final = 600
CHUNK: Final = 2000
MOST: Final = MOST_ROWS + 1
"""One more than a file may have: then it is refused."""


@contextmanager
def ended_after(seconds: float, descriptor: int) -> Iterator[None]:
    """Our own deadline: a server that says nothing more keeps to none of its own. Whoever waits at this socket gets an error."""
    line = socket.socket(fileno=os.dup(descriptor))
    timer = threading.Timer(seconds, shut, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        line.close()


def shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def read_postgres(made: DataSource, limit: int, seconds: int) -> Iterator[Row]:
    """A server-side cursor: it takes one statement that reads, and nothing else."""
    target, host, port, database = target_of(made)
    options = f"-c statement_timeout={seconds}s -c default_transaction_read_only=on"
    with (
        closing(
            psycopg.connect(
                host=host,
                hostaddr=target,
                port=port,
                dbname=database,
                user=made.user_name,
                password=made.secret or "",
                connect_timeout=SECONDS,
                options=options,
                sslmode="prefer" if is_listed(host) else "verify-full",
                sslrootcert=None if is_listed(host) else "system",
                row_factory=dict_row,
            )
        ) as connection,
        ended_after(seconds, connection.fileno()),
    ):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.cursor(name="nanhu") as cursor:
            cursor.itersize = CHUNK
            cursor.execute(made.query.encode())
            for count, row in enumerate(cursor):
                if count >= limit:
                    return
                yield row


def read_mariadb(made: DataSource, limit: int, seconds: int) -> Iterator[Row]:
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
        ssl=None if is_listed(host) else outgoing.tls_context(),
        defer_connect=True,
    )
    line = socket.create_connection((target, port), SECONDS)
    with closing(line), ended_after(seconds, line.fileno()), opened(connection, line), connection.cursor() as cursor:
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        cursor.execute(made.query)
        try:
            yield from islice(cursor, limit)
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
    """Whatever goes wrong there is said in its own words; `seconds`: all that it may take."""
    try:
        yield from READERS[made.kind](made, limit, seconds)
    except (psycopg.Error, pymysql.MySQLError) as error:
        raise SourceFailedError(why=words_of(error)) from error


def words_of(error: Any) -> str:
    return " ".join(str(error).split())[:200]
