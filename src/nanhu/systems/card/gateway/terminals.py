"""Terminals and their keys, kept in memory: forgotten when the database says one changed, and anyway after half a minute."""

import asyncio
import logging
import time
from typing import NamedTuple

import psycopg
from psycopg.rows import TupleRow

from nanhu.kernel.background import BackgroundTasks
from nanhu.kernel.crypto import decrypt
from nanhu.kernel.crypto.errors import CryptoError
from nanhu.platforms.terminals.wire import furthest_after
from nanhu.systems.card.gateway.database import Database

log = logging.getLogger(__name__)
LIFE_SECONDS = 30.0
SHORTEST_PAUSE_SECONDS = 1.0
CHANNEL = "terminals"
PRICE_AT = 13
STATEMENT = """
    SELECT p.number, p.id, p.key, p.key_version, coalesce(m.name, ''), coalesce(m.canteen, ''), p.place, p.kind, m.id, p.state,
           p.last_sequence, p.next_key, p.next_version, r.kind, r.price_fen, r.per, r.unit, r.most_fen, r.minutes
    FROM terminals_known p
    LEFT JOIN card_till s ON s.terminal_id = p.id LEFT JOIN card_merchant m ON m.id = s.merchant_id
    LEFT JOIN LATERAL (SELECT q.* FROM card_price q WHERE q.terminal_id = p.id AND q.since <= card_day(now())
                       ORDER BY q.since DESC LIMIT 1) AS r ON true
"""


PROMOTE = "SELECT terminals_promote_key(%s, %s)"


class PriceRule(NamedTuple):
    """How a terminal reckons (models.Price)."""

    kind: str
    price_fen: int
    per: int
    unit: str
    most_fen: int
    minutes: int


class Terminal(NamedTuple):
    """`next_key` is good beside `key` until the terminal used it or its window ends. Without a merchant it is no till: it sells nothing."""

    number: str
    id: int
    key: bytes
    key_version: int
    merchant: str
    canteen: str
    place: str
    kind: str = "pos"
    merchant_id: int | None = None
    state: str = "on"
    last_sequence: int = 0
    next_key: bytes | None = None
    next_version: int | None = None
    price: PriceRule | None = None

    @property
    def furthest_sequence(self) -> int:
        return furthest_after(self.last_sequence)


class TerminalDirectory:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.known: dict[str, Terminal] = {}
        self.opened: dict[bytes, bytes] = {}
        self.read_at = float("-inf")
        self.lock = asyncio.Lock()
        self.tasks = BackgroundTasks("gateway")
        self.tasks.keep("terminals", self.listen)

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
        self.known = {row[0]: terminal for row in rows if (terminal := self.usable(row)) is not None}
        self.read_at = time.monotonic()

    def usable(self, row: TupleRow) -> Terminal | None:
        """A terminal whose key cannot be opened is unknown; it keeps no other from selling."""
        try:
            return self.terminal_of(row)
        except (CryptoError, ValueError):
            log.warning("the key of terminal %s cannot be opened", row[0])
            return None

    def terminal_of(self, row: TupleRow) -> Terminal:
        price = None if row[PRICE_AT] is None else PriceRule(*row[PRICE_AT:])
        number, terminal_id, key, version, *facts, next_key, next_version = row[:PRICE_AT]
        following = None if next_key is None else self.open_key(bytes(next_key))
        terminal = Terminal(number, terminal_id, self.open_key(bytes(key)), version, *facts)
        return terminal._replace(price=price, next_key=following, next_version=next_version)

    async def promote(self, terminal: Terminal) -> None:
        """It used its next key: the one before opens nothing any more."""
        await self.database.rows(PROMOTE, [terminal.id, terminal.key_version])
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
