"""The loop in the worker that takes what is due, does its steps, and writes down their answers.

The database is touched by the loop; what waits for somebody outside runs side by side on threads.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from django.db import DataError, connection, connections, models

from nanhu.kernel.jobs.companions import Turn, companions, keep_turning
from nanhu.kernel.retries.answers import Again, Answer, Outside, failed
from nanhu.kernel.retries.leases import Retries

BATCH = 50
log = logging.getLogger(__name__)


class Engine[Row: models.Model]:
    """One kind of row, at work: who is being called, and who was away."""

    def __init__(self, kind: Retries[Row], pool: ThreadPoolExecutor) -> None:
        self.kind, self.pool = kind, pool
        self.flights: dict[Future[Answer], Row] = {}
        self.away: set[int] = set()

    def turn(self) -> bool:
        """Write down who answered, call who is due; whether anything is under way."""
        for future in [one for one in self.flights if one.done()]:
            self.conclude(self.flights.pop(future), future.result())
        for row in self.take():
            self.begin(row)
        return bool(self.flights)

    def take(self) -> list[Row]:
        return self.kind.rows(self.kind.take(self.kind.at_once - len(self.flights), self.rooms()))

    def rooms(self) -> dict[int, int]:
        """How many more calls a lane may get, where it is not the usual number."""
        if not self.kind.lane:
            return {}
        under_way = Counter(self.lane_of(row) for row in self.flights.values())
        return {
            lane: max((1 if lane in self.away else self.kind.lane_at_once) - under_way[lane], 0)
            for lane in self.away | set(under_way)
        }

    def lane_of(self, row: Row) -> int:
        return int(getattr(row, self.kind.lane))

    def begin(self, row: Row) -> None:
        said = tried(partial(self.kind.step, row))
        if callable(said):
            self.flights[self.pool.submit(outside, said)] = row
        else:
            self.conclude(row, said)

    def conclude(self, row: Row, answer: Answer) -> None:
        if self.kind.lane:
            (self.away.add if getattr(answer, "is_away", False) else self.away.discard)(self.lane_of(row))
        try:
            self.kind.conclude(row, answer)
        except (DataError, ValueError) as error:  # what the other side said cannot be kept
            log.exception("an answer could not be written down")
            self.kind.conclude(row, Again(type(error).__name__))


def tried[Said](step: Callable[[], Said]) -> Said | Answer:
    """One row's fault must not silence the others."""
    try:
        return step()
    except Exception as error:
        if not isinstance(error, OSError):
            log.exception("a step broke")
        return failed(error)


def outside(step: Outside) -> Answer:
    try:
        return tried(step)
    finally:
        connections.close_all()


def in_the_worker(name: str, *kinds: Retries[Any], channel: str) -> None:
    """Have the worker look after these kinds: at once on each notice of `channel`, and each second without one."""
    companions[name] = partial(run, kinds, name=name, channel=channel)


def wake(channel: str) -> None:
    """Have the worker look once the caller's transaction stands."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channel])


def run(kinds: tuple[Retries[Any], ...], stopping: threading.Event, *, name: str, channel: str) -> None:
    """Until told to stop. What was under way when the database was lost comes up again after its lease."""
    pool = ThreadPoolExecutor(sum(kind.at_once for kind in kinds), thread_name_prefix=name)
    keep_turning(stopping, name=name, channel=channel, begin=partial(turn_of, kinds, pool))
    pool.shutdown(wait=False, cancel_futures=True)
    connections.close_all()


def turn_of(kinds: tuple[Retries[Any], ...], pool: ThreadPoolExecutor) -> Turn:
    engines = [Engine(kind, pool) for kind in kinds]
    return lambda: sum(one.turn() for one in engines) > 0


def drive(*kinds: Retries[Any], limit: int = BATCH) -> int:
    """One round of all that is due, here and now, one row after the other; how many they were. For tests and the console:
    a fault of ours in the outside part is raised."""
    taken = [(kind, pk) for kind in kinds for pk in kind.take(limit)]
    for kind, pk in taken:
        [row] = kind.rows([pk])
        said = tried(partial(kind.step, row))
        kind.conclude(row, attempted(said) if callable(said) else said)
    return len(taken)


def attempted(step: Outside) -> Answer:
    try:
        return step()
    except OSError as error:
        return failed(error)
