"""Keeps the processes of one machine running: starts them in order, restarts what dies, stops all of it together."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg

from nanhu.kernel.configuration import Configuration
from nanhu.kernel.database import embedded
from nanhu.kernel.processes.log_files import keep_bounded
from nanhu.kernel.processes.specification import ProcessSpecification
from nanhu.kernel.secret_files import private_folder

PATIENCE_SECONDS = 60
STOP_SECONDS = 8
LONGEST_PAUSE_SECONDS = 30
STABLE_SECONDS = 60
DIE_WITH_PARENT = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 15)
if os.getppid() == int(sys.argv[1]):
    os.execvp(sys.argv[2], sys.argv[2:])
"""
"""Run by the child itself (1 is PR_SET_PDEATHSIG, 15 SIGTERM). A function of ours between fork and exec could hang for
ever and the supervisor with it: this process has the threads of the database's pool and of polars."""


class ProcessNotReadyError(RuntimeError):
    """A process ended or did not answer in time; its log says why."""


class Supervised:
    """One process with its log, its restarts and its pause before the next one."""

    def __init__(
        self, specification: ProcessSpecification, configuration: Configuration, log: IO[bytes] | None
    ) -> None:
        self.specification = specification
        self.configuration = configuration
        self.log = log
        self.failures = 0
        self.next_start = 0.0
        self.started_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            dying_with_parent(self.specification.command(self.configuration)),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            env={**os.environ, **self.specification.environment(self.configuration)},
        )

    @property
    def is_running(self) -> bool:
        return self.process is not None and not has_ended(self.process)

    def is_ready(self) -> bool:
        if self.specification.ready_url is None:
            return self.is_running
        return answers(self.specification.ready_url(self.configuration))

    def watch(self) -> None:
        """Start it again when it died, later after each failure; long life is forgiven."""
        now = time.monotonic()
        if self.is_running:
            if self.failures and now - self.started_at > STABLE_SECONDS:
                self.failures = 0
            return
        if self.next_start <= self.started_at:
            self.failures += 1
            self.next_start = now + min(2 ** (self.failures - 1) - 1, LONGEST_PAUSE_SECONDS)
            self.bury()
            say(f"{self.specification.key} ended; starting it again")
        if now >= self.next_start:
            self.start()

    def bury(self) -> None:
        """Whom it left behind would hold its port, its files and its connections."""
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def signal(self, number: int) -> None:
        """To the whole group, unless its number may be another's by now."""
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Runs until SIGINT or SIGTERM. `on_ready` is called once everything serves."""

    def __init__(
        self,
        specifications: Iterable[ProcessSpecification],
        configuration: Configuration,
        *,
        log_dir: Path | None = None,
    ) -> None:
        self.configuration = configuration
        self.stopping = False
        self.processes = [Supervised(one, configuration, open_log(log_dir, one.key)) for one in specifications]

    def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.ask_to_stop)
        try:
            for one in self.processes:
                one.start()
            self.wait_until_ready()
            if not self.stopping:
                on_ready()
            while not self.stopping:
                self.watch()
                time.sleep(0.3)
        finally:
            self.stop()

    def ask_to_stop(self, _number: int, _frame: object) -> None:
        self.stopping = True

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        for one in self.processes:
            while not self.stopping and not one.is_ready():
                if time.monotonic() > deadline or not one.is_running:
                    where = f", see {one.log.name}" if one.log is not None else ""
                    raise ProcessNotReadyError(f"{one.specification.key} did not start{where}")
                time.sleep(0.05)

    def watch(self) -> None:
        if self.configuration.is_database_embedded and embedded.running_pid(self.configuration.data_dir) is None:
            say("the database ended; starting it again")
            with said(embedded.EmbeddedDatabaseError, psycopg.Error, OSError):
                embedded.start(self.configuration.data_dir)
        for one in self.processes:
            with said(OSError):
                one.watch()
                if one.log is not None:
                    keep_bounded(Path(one.log.name))

    def stop(self) -> None:
        for one in reversed(self.processes):
            one.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(one.is_running for one in self.processes) and time.monotonic() < deadline:
            time.sleep(0.05)
        for one in self.processes:
            one.bury()
            if one.log is not None:
                one.log.close()


def open_log(folder: Path | None, key: str) -> IO[bytes] | None:
    if folder is None:
        return None
    private_folder(folder)
    return (folder / f"{key}.log").open("ab")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own address
            return 200 <= int(answer.status) < 300  # noqa: PLR2004
    except (OSError, urllib.error.URLError, ValueError):
        return False


def dying_with_parent(command: list[str]) -> list[str]:
    """On Linux a process whose supervisor is killed is asked to end too, so that no campus runs on unseen."""
    if sys.platform != "linux":
        return command
    return [sys.executable, "-I", "-S", "-c", DIE_WITH_PARENT, str(os.getpid()), *command]


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Leaves the dead where it is: as long as nobody took it away, its group's number is nobody else's."""
    if process.returncode is not None:
        return True
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


@contextmanager
def said(*failures: type[Exception]) -> Iterator[None]:
    """What may fail now and is tried again at the next look."""
    try:
        yield
    except failures as failure:
        say(str(failure))


def say(text: str) -> None:
    sys.stderr.write(f"nanhu: {text}\n")
