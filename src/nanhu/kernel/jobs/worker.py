"""The worker process: jobs on procrastinate's loop, events and companions on threads beside it, a heartbeat for the doctor."""

import asyncio
import logging
import os
import signal
import threading
import time

from django.db import connections
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.worker import Worker

from nanhu.kernel import read_only
from nanhu.kernel.configuration import configuration
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.events.outbox import CHANNEL
from nanhu.kernel.jobs.companions import companions, keep_turning
from nanhu.kernel.jobs.queue import ALWAYS
from nanhu.kernel.jobs.signs import give_sign
from nanhu.kernel.processes.pulse import beat

log = logging.getLogger(__name__)
CONCURRENT_JOBS = 2
BEAT_SECONDS = 2
LATE_SECONDS = 60


class Loops:
    """The threads beside the loop of jobs, and when that loop last turned. One dead loop is a dead worker: it does half of
    its work, and nobody would see that by looking at the process."""

    def __init__(self, threads: list[threading.Thread]) -> None:
        self.threads = threads
        self.turned_at = time.monotonic()

    def dead(self) -> list[str]:
        return [one.name for one in self.threads if not one.is_alive()]

    def are_alive(self) -> bool:
        return not self.dead() and time.monotonic() - self.turned_at < LATE_SECONDS

    async def watch(self) -> None:
        """On the loop of jobs: beat while all loops turn, end the process when one is dead. Who started it starts it again."""
        while True:
            self.turned_at = time.monotonic()
            if dead := self.dead():
                log.critical("ended: %s; ending the worker, to be started again", ", ".join(dead))
                os.kill(os.getpid(), signal.SIGTERM)
                return
            beat(configuration().data_dir, "worker")
            await asyncio.sleep(BEAT_SECONDS)


def run_worker() -> None:
    """Run until SIGINT or SIGTERM, or until one of its loops is dead. A lost database is waited for, not died of."""
    stopping = threading.Event()
    named = {"events": relay_events, **companions}
    loops = Loops(
        [threading.Thread(target=one, args=(stopping,), name=name, daemon=True) for name, one in named.items()]
    )
    alive.append(loops)
    read_only.look()
    for thread in loops.threads:
        thread.start()
    try:
        with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
            asyncio.run(work(worker, loops))
    finally:
        stopping.set()
        alive.remove(loops)
        for thread in loops.threads:
            thread.join(timeout=5)
        connections.close_all()


async def work(worker: App, loops: Loops) -> None:
    watching = asyncio.create_task(loops.watch())
    try:
        async with worker.open_async():
            resting = RestingWorker(
                worker, concurrency=CONCURRENT_JOBS, delete_jobs="successful", shutdown_graceful_timeout=5, name="nanhu"
            )
            await resting.run()  # type: ignore[no-untyped-call]
    finally:
        watching.cancel()


class RestingWorker(Worker):
    """While the school is read-only, or nobody could say yet (it began before its database), it takes the jobs of one queue alone; the
    others wait and are done afterwards."""

    @property
    def queues(self) -> list[str] | None:
        return None if read_only.is_known_to_be_off() else [ALWAYS]

    @queues.setter
    def queues(self, _value: object) -> None:
        """It is never told: it looks each time it takes a job."""


alive: list[Loops] = []
"""This process's loops, while it is a worker."""


def relay_events(stopping: threading.Event) -> None:
    keep_turning(stopping, name="the event relay", channel=CHANNEL, begin=lambda: relay_turn)


def relay_turn() -> bool:
    if all(one.are_alive() for one in alive):
        give_sign()
    deliver_pending(rounds=20, only=read_only.goes_on().subscribers if read_only.is_on() else None)
    return False
