"""Terminals and their keys, kept in memory: forgotten when the database says one changed, and anyway after half a minute."""

import asyncio
import logging
import time
from typing import NamedTuple

import psycopg

from nanhu.kernel.crypto import decrypt
from nanhu.systems.card.gateway.database import Database

log = logging.getLogger(__name__)
LIFE_SECONDS = 30.0
SHORTEST_PAUSE_SECONDS = 1.0
CHANNEL = "card_terminal"
STATEMENT = """
    SELECT p.number, p.id, p.key, p.key_version, m.name, m.canteen, p.place
    FROM card_terminal p JOIN card_merchant m ON m.id = p.merchant_id
"""


class Terminal(NamedTuple):
    number: str
    id: int
    key: bytes
    key_version: int
    merchant: str
    canteen: str
    place: str


class TerminalDirectory:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.known: dict[str, Terminal] = {}
        self.opened: dict[bytes, bytes] = {}
        self.read_at = float("-inf")
        self.lock = asyncio.Lock()
        self.listener = asyncio.create_task(self.listen())

    async def find(self, number: str) -> Terminal | None:
        age = time.monotonic() - self.read_at
        found = self.known.get(number)
        if age > LIFE_SECONDS or (found is None and age > SHORTEST_PAUSE_SECONDS):
            async with self.lock:
                if time.monotonic() - self.read_at >= min(age, SHORTEST_PAUSE_SECONDS):
                    await self.read()
            found = self.known.get(number)
        return found

    async def read(self) -> None:
        rows = await self.database.rows(STATEMENT, [])
        self.known = {row[0]: Terminal(row[0], row[1], self.open_key(bytes(row[2])), *row[3:]) for row in rows}
        self.read_at = time.monotonic()

    def open_key(self, blob: bytes) -> bytes:
        if blob not in self.opened:
            self.opened[blob] = bytes.fromhex(decrypt(blob, purpose="card.terminal_key"))
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
        self.listener.cancel()
        await asyncio.gather(self.listener, return_exceptions=True)
