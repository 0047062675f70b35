"""Payments, grouped: what arrives while the database works on one batch makes up the next."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from nanhu.kernel.background import BackgroundTasks
from nanhu.platforms.terminals.gateway import Database, OutcomeUnknownError
from nanhu.systems.card.gateway.policy import terminal_policy

log = logging.getLogger(__name__)
LARGEST_BATCH = 256
RELIEF_SECONDS = 0.1
RELIEVERS = 2
STATEMENT = "SELECT n, outcome, receipt_id, amount_fen, balance_fen, posted, detail FROM card_pay(%s::json, %s::json)"


class Decision(NamedTuple):
    """What the database decided of one payment."""

    outcome: str
    receipt_id: int | None
    amount_fen: int | None
    balance_fen: int | None
    posted: float | None
    detail: str | None = None
    released_fen: int | None = None
    hold_until: float | None = None


class Row(msgspec.Struct, omit_defaults=True):
    """One element of a batch; the letters are those of card_pay in sql/card_pay.sql."""

    t: int
    s: int
    f: str
    u: str
    o: float
    n: int = -1
    a: int | None = None
    x: str | None = None
    d: str | None = None
    m: int = 0
    p: bool | None = None
    h: int | None = None


class Waiting(NamedTuple):
    row: Row
    future: asyncio.Future[Decision]
    since: float


class Figures(msgspec.Struct):
    """Where the time goes, summed since the start: /health tells it, the benchmark reads it."""

    payments: int = 0
    batches: int = 0
    queue_seconds: float = 0.0
    database_seconds: float = 0.0


encode = msgspec.json.Encoder().encode


class PaymentQueue:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.waiting: deque[Waiting] = deque()
        self.arrived = asyncio.Event()
        self.figures = Figures()
        self.tasks = BackgroundTasks("gateway", pause_seconds=RELIEF_SECONDS)
        self.tasks.keep("payments", self.work)
        for place in range(RELIEVERS):
            self.tasks.keep(f"relief_{place + 1}", self.relieve)

    def decide(self, row: Row) -> asyncio.Future[Decision]:
        future: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self.waiting.append(Waiting(row, future, time.perf_counter()))
        self.arrived.set()
        return future

    async def close(self) -> None:
        await self.tasks.close()

    async def work(self) -> None:
        """One batch after the other: fewer and larger ones cost the database and us the least for each payment."""
        while True:
            await self.arrived.wait()
            batch = self.take()
            if batch:
                await self.settle(batch)

    async def relieve(self) -> None:
        """While a batch is stuck, say behind a counter that holds a wallet, the others do not wait for it."""
        while True:
            await self.arrived.wait()
            await asyncio.sleep(RELIEF_SECONDS)
            if self.waiting and time.perf_counter() - self.waiting[0].since > RELIEF_SECONDS:
                batch = self.take()
                if batch:
                    await self.settle(batch)

    def take(self) -> list[Waiting]:
        """The next batch: each card and each sequence once, whatever comes twice waits for the next."""
        batch: list[Waiting] = []
        later: list[Waiting] = []
        seen: set[str | tuple[int, int]] = set()
        while self.waiting and len(batch) < LARGEST_BATCH:
            one = self.waiting.popleft()
            marks = (one.row.u, (one.row.t, one.row.s))
            if seen.isdisjoint(marks):
                seen.update(marks)
                one.row.n = len(batch)
                batch.append(one)
            else:
                later.append(one)
        self.waiting.extendleft(reversed(later))
        if not self.waiting:
            self.arrived.clear()
        return batch

    async def settle(self, batch: Sequence[Waiting]) -> None:
        begun = time.perf_counter()
        try:
            decisions = await self.ask([one.row for one in batch])
        except OutcomeUnknownError as error:
            answer_all(batch, error)
        except Exception as error:
            log.exception("a batch of %d payments failed", len(batch))
            if len(batch) == 1:
                answer_all(batch, OutcomeUnknownError())
                return
            log.warning("asking one by one after: %s", error)
            for one in batch:
                one.row.n = 0
                await self.settle([one])
        else:
            self.count(batch, begun)
            self.answer(batch, decisions)

    async def ask(self, rows: Sequence[Row]) -> dict[int, Decision]:
        found = await self.database.rows(STATEMENT, [encode(rows).decode(), terminal_policy()])
        return {row[0]: Decision(*row[1:]) for row in found}

    def count(self, batch: Sequence[Waiting], begun: float) -> None:
        figures = self.figures
        figures.batches += 1
        figures.payments += len(batch)
        figures.queue_seconds += sum(begun - one.since for one in batch)
        figures.database_seconds += (time.perf_counter() - begun) * len(batch)

    def answer(self, batch: Sequence[Waiting], decisions: dict[int, Decision]) -> None:
        for one in batch:
            decision = decisions.get(one.row.n)
            if decision is not None and decision.outcome == "again":
                self.waiting.append(one)
                self.arrived.set()
            elif not one.future.done():
                if decision is None:
                    one.future.set_exception(OutcomeUnknownError())
                else:
                    one.future.set_result(decision)


def answer_all(batch: Sequence[Waiting], error: Exception) -> None:
    for one in batch:
        if not one.future.done():
            one.future.set_exception(error)
