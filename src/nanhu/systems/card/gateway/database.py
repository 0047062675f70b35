"""Connections of the gateway: a small pool that comes back by itself when the database does."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 2.0

type Connection = psycopg.AsyncConnection[TupleRow]


class OutcomeUnknownError(Exception):
    """The database went away: what was asked may have happened or not. The same question again will tell."""


class Database:
    def __init__(self, url: str, *, connections: int) -> None:
        self.url = url
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=connections,
            max_size=connections,
            open=False,
            timeout=PATIENCE_SECONDS,
            reconnect_timeout=5,
            kwargs={
                "autocommit": True,
                "prepare_threshold": 0,
                "options": "-c jit=off",
                "application_name": "nanhu-gateway",
            },
        )

    async def open(self) -> None:
        await self.pool.open()

    async def close(self) -> None:
        await self.pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        async with self.pool.connection() as connection:
            yield connection

    async def rows(self, statement: str, parameters: Sequence[Any]) -> list[TupleRow]:
        """Run one statement in its own transaction. Tried twice, for every statement here may be asked again."""
        try:
            return await self._rows(statement, parameters)
        except (psycopg.OperationalError, psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected) as error:
            log.warning("asking the database again: %s", error)
        try:
            return await self._rows(statement, parameters)
        except psycopg.OperationalError as error:
            raise OutcomeUnknownError from error

    async def _rows(self, statement: str, parameters: Sequence[Any]) -> list[TupleRow]:
        async with self.pool.connection() as connection:
            cursor = await connection.execute(statement, parameters, binary=True)
            return await cursor.fetchall() if cursor.description else []
