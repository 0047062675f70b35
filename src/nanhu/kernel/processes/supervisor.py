"""Keeps the processes of one machine running: starts them in order, restarts what dies or hangs, stops all of it together.

No process stops another: one that is slow to open is waited for, one that never opens is started again and again, and the
others serve meanwhile.
"""

import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg

from nanhu.kernel.child_processes import say
from nanhu.kernel.configuration import Configuration
from nanhu.kernel.database import embedded
from nanhu.kernel.processes.log_files import keep_bounded
from nanhu.kernel.processes.nursery import Nursery
from nanhu.kernel.processes.report import Report
from nanhu.kernel.processes.specification import ProcessSpecification
from nanhu.kernel.processes.supervised import Supervised, environment_of_the_nursery
from nanhu.kernel.secret_files import private_folder

STOP_SECONDS = 20
LOOK_SECONDS = 0.3
SAY_SECONDS = 10


class Supervisor:
    """Runs until SIGINT or SIGTERM. `on_ready` is called once everything serves."""

    def __init__(
        self,
        specifications: Iterable[ProcessSpecification],
        configuration: Configuration,
        *,
        log_dir: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.configuration, self.clock = configuration, clock
        self.stopping = self.is_open = False
        self.said_at = clock()
        self.report = Report(configuration.data_dir, is_demo=configuration.demo)
        self.nursery, self.nursery_log = Nursery(), open_log(log_dir, "nursery")
        self.processes = [
            Supervised(one, configuration, open_log(log_dir, one.key), nursery=self.nursery, clock=clock)
            for one in specifications
        ]

    def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.ask_to_stop)
        try:
            if any(one.specification.from_nursery for one in self.processes):
                self.nursery.begin(environment_of_the_nursery(self.configuration), self.nursery_log)
            self.said_at = self.clock()  # loading the program may have taken long: nothing has begun before this
            while not self.stopping:
                self.watch()
                self.open(on_ready)
                self.report.write(one.state() for one in self.processes)
                time.sleep(LOOK_SECONDS)
        finally:
            self.stop()

    def ask_to_stop(self, _number: int, _frame: object) -> None:
        """Asked twice, it does not end what it is at: a database may recover for long."""
        if self.stopping:
            raise KeyboardInterrupt
        self.stopping = True

    def open(self, on_ready: Callable[[], None]) -> None:
        """Once, when everything serves; until then it says now and then what it waits for."""
        waiting = [one for one in self.processes if not one.is_ready]
        if self.is_open or self.stopping:
            return
        if not waiting:
            self.is_open = True
            on_ready()
        elif self.clock() - self.said_at > SAY_SECONDS:
            self.said_at = self.clock()
            say("waiting for " + ", ".join(f"{one.key} ({one.described()})" for one in waiting))

    def watch(self) -> None:
        if self.configuration.is_database_embedded and embedded.running_pid(self.configuration.data_dir) is None:
            say("the database ended; starting it again")
            with said(embedded.EmbeddedDatabaseError, psycopg.Error, OSError):
                embedded.start(self.configuration.data_dir)
        for one in self.processes:
            with said(OSError):
                one.watch()
                if one.log_path is not None:
                    keep_bounded(one.log_path)
        self.nursery.take_away_orphans({one.process.pid for one in self.processes if one.process is not None})

    def stop(self) -> None:
        for one in reversed(self.processes):
            one.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(one.is_running for one in self.processes) and time.monotonic() < deadline:
            time.sleep(0.05)
        for one in self.processes:
            one.bury()
        self.nursery.end()
        for log in (self.nursery_log, *(one.log for one in self.processes)):
            if log is not None:
                log.close()
        self.report.remove()


def open_log(folder: Path | None, key: str) -> IO[bytes] | None:
    if folder is None:
        return None
    private_folder(folder)
    return (folder / f"{key}.log").open("ab")


@contextmanager
def said(*failures: type[Exception]) -> Iterator[None]:
    """What may fail now and is tried again at the next look."""
    try:
        yield
    except failures as failure:
        say(str(failure))
