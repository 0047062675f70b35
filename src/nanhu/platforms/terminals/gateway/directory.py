"""Terminals and their keys, kept in memory: forgotten when the database says one changed, and anyway after half a minute."""

import asyncio
import logging
import time
from collections.abc import Callable

import psycopg
from psycopg.rows import TupleRow

from nanhu.kernel.background import BackgroundTasks
from nanhu.kernel.crypto import decrypt
from nanhu.kernel.crypto.errors import CryptoError
from nanhu.platforms.terminals.gateway.database import Database

log = logging.getLogger(__name__)
LIFE_SECONDS = 30.0
SHORTEST_PAUSE_SECONDS = 1.0
CHANNEL = "terminals"
PROMOTE = "SELECT terminals_promote_key(%s, %s)"


class Directory[T]:
    """`statement` gives a row for each terminal, its number first; `terminal_of` makes what the room keeps of it."""

    def __init__(self, database: Database, statement: str, terminal_of: Callable[[TupleRow], T]) -> None:
        self.database, self.statement, self.terminal_of = database, statement, terminal_of
        self.known: dict[str, T] = {}
        self.opened: dict[bytes, bytes] = {}
        self.read_at = float("-inf")
        self.lock = asyncio.Lock()
        self.tasks = BackgroundTasks("gateway")
        self.tasks.keep("terminals", self.listen)

    async def find(self, number: str) -> T | None:
        age = time.monotonic() - self.read_at
        found = self.known.get(number)
        if age > LIFE_SECONDS or (found is None and age > SHORTEST_PAUSE_SECONDS):
            async with self.lock:
                if time.monotonic() - self.read_at >= min(age, SHORTEST_PAUSE_SECONDS):
                    await self.read()
            found = self.known.get(number)
        return found

    async def read(self) -> None:
        rows = await self.database.rows(self.statement, [])
        self.known = {row[0]: terminal for row in rows if (terminal := self.usable(row)) is not None}
        self.read_at = time.monotonic()

    def usable(self, row: TupleRow) -> T | None:
        """A terminal whose key cannot be opened is unknown; it keeps no other from selling."""
        try:
            return self.terminal_of(row)
        except (CryptoError, ValueError):
            log.warning("the key of terminal %s cannot be opened", row[0])
            return None

    async def promote(self, terminal_id: int, key_version: int) -> None:
        """It used its next key: the one before opens nothing any more."""
        await self.database.rows(PROMOTE, [terminal_id, key_version])
        self.read_at = float("-inf")

    def open_key(self, blob: bytes) -> bytes:
        if blob not in self.opened:
            self.opened[blob] = bytes.fromhex(decrypt(blob, purpose="terminals.key"))
        return self.opened[blob]

    async def listen(self) -> None:
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(self.database.url, autocommit=True)
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.read_at = float("-inf")
                    async for _notice in connection.notifies():
                        self.read_at = float("-inf")
            except psycopg.Error as error:
                log.warning("not listening for changes of terminals: %s", error)
            await asyncio.sleep(SHORTEST_PAUSE_SECONDS)

    async def close(self) -> None:
        await self.tasks.close()
