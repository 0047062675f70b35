"""Tasks of an asyncio process that must not end: what breaks is logged and begun anew, and the doctor sees who is well."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0
WELL_AFTER_SECONDS = 30.0
"""How long a task must have run since it last broke before it counts as well again."""

type Work = Callable[[], Awaitable[None]]


class BackgroundTasks:
    """`keep` begins a task for good; `well` names those that run and did not break lately."""

    def __init__(self, process: str, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self.process = process
        self.pause_seconds = pause_seconds
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.broken_at: dict[str, float] = {}

    def keep(self, name: str, work: Work) -> None:
        self.tasks[name] = asyncio.create_task(self.run(name, work), name=f"{self.process}.{name}")

    async def run(self, name: str, work: Work) -> None:
        """`work` returns only when it is cancelled; a return is a fault like any other."""
        while True:
            try:
                await work()
                log.error("%s.%s ended; beginning anew", self.process, name)
            except Exception:
                log.exception("%s.%s broke; beginning anew", self.process, name)
            self.broken_at[name] = time.monotonic()
            await asyncio.sleep(self.pause_seconds)

    def well(self) -> list[str]:
        now = time.monotonic()
        return [
            f"{self.process}.{name}"
            for name, task in self.tasks.items()
            if not task.done() and now - self.broken_at.get(name, float("-inf")) > WELL_AFTER_SECONDS
        ]

    async def close(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
