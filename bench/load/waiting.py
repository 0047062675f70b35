"""Terminals that keep the list of refused cards: each on a connection of its own, asking again as soon as it is answered."""

import asyncio
import itertools
import json
import time
from types import TracebackType
from typing import Any, Self

from bench.load.client import Device, request

PAUSE_SECONDS, PATIENCE_SECONDS = 1.0, 60


class Field:
    """320 terminals before one gateway; `begin(0)` makes them ask once a second instead of waiting for news."""

    def __init__(self, port: int, terminals: list[dict[str, Any]]) -> None:
        self.plan = {"host": f"127.0.0.1:{port}", "address": "127.0.0.1", "port": port}
        self.terminals = terminals
        self.devices: list[Device] = []
        self.work: list[asyncio.Task[None]] = []
        self.card, self.missing = "", 0
        self.all_heard: asyncio.Future[float] | None = None

    async def __aenter__(self) -> Self:
        for _terminal in self.terminals:
            _transport, device = await asyncio.get_running_loop().create_connection(
                Device, self.plan["address"], self.plan["port"]
            )
            self.devices.append(device)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        await self.stop()
        for device in self.devices:
            device.transport.close()

    async def ask(self, place: int, operation: str, body: dict[str, Any], sequence: int = 0) -> dict[str, Any]:
        message = request(
            self.plan, f"/terminal/v1/{operation}", self.terminals[place], sequence, json.dumps(body).encode()
        )
        answer = await self.devices[place].ask(message)
        found: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
        return found

    async def pay_until_refused(self, card: str) -> float:
        """When a till that sells without a pause to this card was first refused."""
        for sequence in itertools.count(self.terminals[0]["sequence"]):
            told = await self.ask(0, "payment", {"card": card, "amount_fen": 1}, sequence)
            if told["code"] != "ok":
                self.terminals[0]["sequence"] = sequence + 1
                if told["code"] != "card_lost":
                    raise RuntimeError(told)
                return time.time()
        raise AssertionError

    async def begin(self, wait: int) -> None:
        """Every terminal holds the list of now before this returns."""
        ready = [asyncio.Event() for _terminal in self.terminals]
        self.work = [
            asyncio.create_task(self.keep_list(place, wait, ready[place])) for place in range(len(self.terminals))
        ]
        await asyncio.wait_for(asyncio.gather(*[one.wait() for one in ready]), PATIENCE_SECONDS)
        await asyncio.sleep(0.5)

    async def keep_list(self, place: int, wait: int, ready: asyncio.Event) -> None:
        version = 0
        if not wait:
            await asyncio.sleep(PAUSE_SECONDS * place / len(self.terminals))
        while True:
            told = await self.ask(place, "revocations", {"since": version, "wait": wait if version else 0})
            version = told["version"]
            if any(one["card"] == self.card for one in told["changes"]):
                self.note()
            ready.set()
            if not wait:
                await asyncio.sleep(PAUSE_SECONDS)

    def note(self) -> None:
        self.missing -= 1
        if self.missing == 0 and self.all_heard is not None:
            self.all_heard.set_result(time.time())

    def hears_of(self, card: str) -> asyncio.Future[float]:
        """Done, with the moment, when the last terminal has read that this card is refused."""
        self.card, self.missing = card, len(self.terminals)
        self.all_heard = asyncio.get_running_loop().create_future()
        return self.all_heard

    async def stop(self) -> None:
        for task in self.work:
            task.cancel()
        await asyncio.gather(*self.work, return_exceptions=True)
        self.work = []
