"""Connections right above libpq, for what is answered before Django: one for each thread that needs one, each statement prepared once.

psycopg's cursors cost more than the rest of such a request, so its layer right above libpq (`psycopg.pq`) is used.
"""

import asyncio
from collections.abc import Mapping, Sequence

import psycopg
from django.db import connection as django_connection
from psycopg.conninfo import make_conninfo
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

CONNECT_SECONDS = 3
LOCK_MILLISECONDS = 2000
ANSWER_SECONDS = 20.0
"""So long an event loop waits for an answer; a connection that gave none is dropped."""
OPTIONS = f"-c jit=off -c plan_cache_mode=force_generic_plan -c lock_timeout={LOCK_MILLISECONDS}"
"""Generic plans: left to itself the server plans the queries inside the functions anew each time, at three times the cost."""

type Parameter = bytes | str | int


class AskDjangoError(Exception):
    """The database did not answer here; whether Django fares better is Django's to find out."""


class Connections:
    """Taken from a heap and put back; a broken one is dropped, and the next request makes a new one. `names`: of each statement its name."""

    def __init__(self, names: Mapping[bytes, bytes], *, title: str, options: str = "") -> None:
        self.names, self.title, self.options = names, title, options
        self.idle: list[psycopg.Connection] = []

    def value(self, statement: bytes, parameters: Sequence[Parameter]) -> bytes | None:
        """The one value of the one row of this statement, in a transaction of its own."""
        try:
            connection = self.idle.pop()
        except IndexError:
            connection = self.connect()
        try:
            found = run(connection, self.names[statement], *libpq_values(parameters))
        except AskDjangoError:
            connection.close()
            raise
        self.idle.append(connection)
        return found

    async def value_soon(self, statement: bytes, parameters: Sequence[Parameter]) -> bytes | None:
        """The same in an event loop, which goes on meanwhile."""
        connection = self.idle.pop() if self.idle else await asyncio.to_thread(self.connect)
        try:
            found = await run_soon(connection, self.names[statement], *libpq_values(parameters))
        except BaseException:
            connection.close()
            raise
        self.idle.append(connection)
        return found

    def connect(self) -> psycopg.Connection:
        try:
            connection = psycopg.connect(address(self.title, f"{OPTIONS} {self.options}"), autocommit=True)
            for statement, name in self.names.items():
                prepare(connection, name, statement)
        except psycopg.Error as error:
            raise AskDjangoError from error
        return connection


def address(title: str, options: str) -> str:
    """Where Django's database is, as Django itself goes there."""
    facts = django_connection.settings_dict
    found = {
        "dbname": facts["NAME"],
        "user": facts["USER"],
        "password": facts["PASSWORD"],
        "host": facts["HOST"],
        "port": facts["PORT"],
        **{name: value for name, value in facts["OPTIONS"].items() if name not in ("pool", "options")},
        "options": options,
        "application_name": title,
        "connect_timeout": CONNECT_SECONDS,
    }
    return make_conninfo("", **{name: str(value) for name, value in found.items() if value})


def libpq_values(parameters: Sequence[Parameter]) -> tuple[list[bytes], list[Format]]:
    """As libpq takes them: each value, and whether it is text."""
    texts = [one if isinstance(one, bytes) else str(one).encode() for one in parameters]
    return texts, [Format.BINARY if isinstance(one, bytes) else Format.TEXT for one in parameters]


def run(connection: psycopg.Connection, name: bytes, texts: Sequence[bytes], formats: Sequence[Format]) -> bytes | None:
    try:
        result = connection.pgconn.exec_prepared(name, texts, formats)
    except psycopg.Error as error:
        raise AskDjangoError from error
    return value_of(result)


async def run_soon(
    connection: psycopg.Connection, name: bytes, texts: Sequence[bytes], formats: Sequence[Format]
) -> bytes | None:
    line, loop = connection.pgconn, asyncio.get_running_loop()
    heard = asyncio.Event()
    try:
        line.send_query_prepared(name, texts, formats)
        socket = line.socket  # asked now: of a connection that broke libpq has none, and the loop must let go of it
        loop.add_reader(socket, heard.set)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await sent(line, socket, heard)
                result = await last_result(line, heard)
        finally:
            loop.remove_reader(socket)
    except (psycopg.Error, TimeoutError) as error:
        raise AskDjangoError from error
    if result is None:
        raise AskDjangoError("no answer")
    return value_of(result)


async def sent(line: PGconn, socket: int, heard: asyncio.Event) -> None:
    """What the socket did not take at once goes as it takes it."""
    if not line.flush():
        return
    loop = asyncio.get_running_loop()
    loop.add_writer(socket, heard.set)
    try:
        while line.flush():
            await heard.wait()
            heard.clear()
            line.consume_input()
    finally:
        loop.remove_writer(socket)


async def last_result(line: PGconn, heard: asyncio.Event) -> PGresult | None:
    """A commit that fails is told after the rows."""
    last = None
    while True:
        while line.is_busy():
            await heard.wait()
            heard.clear()
            line.consume_input()
        if (result := line.get_result()) is None:
            return last
        last = result


def value_of(result: PGresult) -> bytes | None:
    if result.status != ExecStatus.TUPLES_OK:
        raise AskDjangoError(result.error_message.decode(errors="replace"))
    return result.get_value(0, 0)


def prepare(connection: psycopg.Connection, name: bytes, statement: bytes) -> None:
    result = connection.pgconn.prepare(name, statement)
    if result.status != ExecStatus.COMMAND_OK:
        connection.close()
        raise AskDjangoError(result.error_message.decode(errors="replace"))
