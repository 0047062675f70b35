"""The operation `revocations`: what changed in the list of refused cards since the version a terminal holds, as it changes.

A terminal may wait for a change (long poll). All who hold the same version share one question to the database, so that a
loss report reaches three hundred terminals by one read. What terminals say of themselves is written a second later.
"""

import asyncio
import contextlib
import logging
from typing import Any, NamedTuple

import msgspec
import psycopg

from nanhu.kernel.background import BackgroundTasks
from nanhu.platforms.terminals.gateway import Database, OutcomeUnknownError, write_all
from nanhu.systems.card.gateway.operations import Request
from nanhu.systems.card.gateway.requests import MalformedError, read_object

log = logging.getLogger(__name__)
CHANNEL = "card_revocation"
LONGEST_WAIT_SECONDS = 25
LARGEST_PAGE = 2000
MOST_PAGES = 64
PAUSE_SECONDS = 1.0
LARGEST_NUMBER = 2**53 - 1
LONGEST_SOFTWARE = 60
CHANGES = "SELECT version, is_full, has_more, changes FROM card_revocations(%s, %s)"
REPORTS = "SELECT card_terminal_reports(%s::json)"
NUMBERS = ("stored_rows", "stored_fen", "card_fen", "total_fen")
encode = msgspec.json.Encoder().encode


class Page(NamedTuple):
    version: int
    is_full: bool
    has_more: bool
    changes: str

    @property
    def is_news(self) -> bool:
        return self.is_full or self.changes != "[]"

    def answer(self) -> bytes:
        head = encode({"version": self.version, "is_full": self.is_full, "has_more": self.has_more})
        return head[:-1] + b',"changes":' + self.changes.encode() + b"}"


class RevocationDesk:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.changed = asyncio.Event()
        self.pages: dict[int, asyncio.Task[Page]] = {}
        self.head: int | None = None
        """The newest version, where it is known."""
        self.is_listening = False
        self.reports: dict[int, dict[str, Any]] = {}
        self.tasks = BackgroundTasks("gateway")
        self.tasks.keep("revocations", self.listen)
        self.tasks.keep("reports", self.write_now_and_then)

    async def revocations(self, request: Request) -> tuple[int, bytes]:
        asked = read_object(request.body)
        since = number_in(asked, "since")
        wait = min(number_in(asked, "wait", usual=0), LONGEST_WAIT_SECONDS)
        self.reports[request.terminal.id] = report_of(request.terminal.id, since, asked.get("status"))
        changed = self.changed
        page = await self.page(since)
        if not page.is_news and wait:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), wait)
            page = await self.page(since)
        return 200, page.answer()

    async def page(self, since: int) -> Page:
        """Shared until the list changes; not kept while we would not hear of a change. So many are kept and no more, and all
        versions that we never gave are one: who has a terminal's key may ask for as many as there are numbers."""
        if not self.is_listening:
            return await self.read(since)
        pages, wanted = self.pages, since if self.head is None or since <= self.head else LARGEST_NUMBER
        if wanted not in pages:
            if len(pages) >= MOST_PAGES:
                del pages[next(iter(pages))]
            pages[wanted] = asyncio.create_task(self.read(wanted))
        task = pages[wanted]
        try:
            page = await asyncio.shield(task)
        except (OutcomeUnknownError, psycopg.Error):
            if pages.get(wanted) is task:
                del pages[wanted]
            raise
        if pages is self.pages and not page.has_more:
            self.head = page.version
        return page

    async def read(self, since: int) -> Page:
        rows = await self.database.rows(CHANGES, [since, LARGEST_PAGE])
        return Page(*rows[0])

    def wake(self) -> None:
        self.pages, self.head = {}, None
        self.changed.set()
        self.changed = asyncio.Event()

    async def listen(self) -> None:
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(self.database.url, autocommit=True)
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.wake()
                    self.is_listening = True
                    async for _notice in connection.notifies():
                        self.wake()
            except psycopg.Error as error:
                log.warning("not listening for changes of the revocation list: %s", error)
            self.is_listening = False
            self.wake()
            await asyncio.sleep(PAUSE_SECONDS)

    async def write_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            await self.write()

    async def write(self) -> None:
        reports, self.reports = self.reports, {}
        await write_all(self.database, REPORTS, list(reports.values()))

    async def close(self) -> None:
        await self.tasks.close()
        self.wake()
        await self.write()


def number_in(values: dict[str, Any], name: str, *, usual: int | None = None) -> int:
    value = values.get(name, usual)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_NUMBER:
        raise MalformedError
    return value


def report_of(terminal_id: int, since: int, status: Any) -> dict[str, Any]:
    """What is no number where one belongs is left out: a report never spoils the list."""
    said = status if isinstance(status, dict) else {}
    numbers = {name: said[name] for name in NUMBERS if type(said.get(name)) is int and 0 <= said[name] < 2**31}
    software = said.get("software")
    words = {"software": software[:LONGEST_SOFTWARE]} if isinstance(software, str) and software.isprintable() else {}
    return {"id": terminal_id, "list_version": since, **numbers, **words}
