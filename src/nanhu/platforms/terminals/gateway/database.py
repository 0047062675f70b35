"""Connections of the gateway: a few, each made when it is needed and made anew when the database went away.

psycopg's own pool waits longer after each failed attempt and gives up in the end; a gateway must be back the moment the
database is, and asks again anyway.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import psycopg
from psycopg.rows import TupleRow

log = logging.getLogger(__name__)
CONNECT_SECONDS = 2
PATIENCE_SECONDS = 3.0

type Connection = psycopg.AsyncConnection[TupleRow]
AGAIN = (psycopg.OperationalError, psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected)


class OutcomeUnknownError(Exception):
    """The database went away: what was asked may have happened or not. The same question again will tell."""


class Database:
    def __init__(self, url: str, *, connections: int) -> None:
        self.url = url
        self.slots: asyncio.LifoQueue[Connection | None] = asyncio.LifoQueue()
        for _place in range(connections):
            self.slots.put_nowait(None)

    async def connect(self) -> Connection:
        return await psycopg.AsyncConnection.connect(
            self.url,
            autocommit=True,
            prepare_threshold=0,
            connect_timeout=CONNECT_SECONDS,
            options="-c jit=off",
            application_name="nanhu-gateway",
        )

    async def close(self) -> None:
        while not self.slots.empty():
            connection = self.slots.get_nowait()
            if connection is not None:
                await connection.close()

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """One of the connections; a broken one leaves its place empty for the next who comes."""
        try:
            slot = await asyncio.wait_for(self.slots.get(), PATIENCE_SECONDS)
        except TimeoutError as error:
            raise OutcomeUnknownError from error
        connection: Connection | None = slot
        try:
            if connection is None or connection.closed:
                connection = None
                connection = await self.connect()
            yield connection
        finally:
            self.slots.put_nowait(None if connection is None or connection.broken else connection)

    async def rows(self, statement: str, parameters: Sequence[Any]) -> list[TupleRow]:
        """Run one statement in its own transaction. Tried twice, for every statement here may be asked again."""
        try:
            return await self._rows(statement, parameters)
        except AGAIN as error:
            log.warning("asking the database again: %s", error)
        try:
            return await self._rows(statement, parameters)
        except psycopg.OperationalError as error:
            raise OutcomeUnknownError from error

    async def _rows(self, statement: str, parameters: Sequence[Any]) -> list[TupleRow]:
        async with self.connection() as connection:
            cursor = await connection.execute(statement, parameters, binary=True)
            return await cursor.fetchall() if cursor.description else []


async def write_all(database: Database, statement: str, rows: Sequence[dict[str, Any]]) -> None:
    """Rows that are written together because that is cheap: `statement` takes them as one JSON list. One that cannot be written is
    left out and harms no other. While the database is away nothing is written: none of it is money."""
    if not rows:
        return
    try:
        await database.rows(statement, [msgspec.json.encode(rows).decode()])
    except OutcomeUnknownError:
        log.warning("the database was away: %d rows beside the payments were not written", len(rows))
    except (psycopg.Error, ValueError) as error:
        if len(rows) == 1:
            log.warning("a row that cannot be written was left out: %s", type(error).__name__)
            return
        for row in rows:
            await write_all(database, statement, [row])
