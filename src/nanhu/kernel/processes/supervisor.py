"""Keeps the processes of one machine running: starts them in order, restarts what dies, stops all of it together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from nanhu.kernel.configuration import Configuration
from nanhu.kernel.database import embedded
from nanhu.kernel.processes.specification import ProcessSpecification
from nanhu.kernel.secret_files import private_folder

PATIENCE_SECONDS = 60
STOP_SECONDS = 8
LONGEST_PAUSE_SECONDS = 30
PR_SET_PDEATHSIG = 1
STABLE_SECONDS = 60


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
            self.specification.command(self.configuration),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  the supervisor has one thread
            env={**os.environ, **self.specification.environment(self.configuration)},
        )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

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
            say(f"{self.specification.key} ended; starting it again")
        if now >= self.next_start:
            self.start()

    def signal(self, number: int) -> None:
        if self.process is not None:
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
            embedded.start(self.configuration.data_dir)
        for one in self.processes:
            one.watch()

    def stop(self) -> None:
        for one in reversed(self.processes):
            one.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(one.is_running for one in self.processes) and time.monotonic() < deadline:
            time.sleep(0.05)
        for one in self.processes:
            one.signal(signal.SIGKILL)
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


def die_with_parent() -> None:
    """On Linux a process whose supervisor is killed is asked to end too, so that no campus runs on unseen."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def say(text: str) -> None:
    sys.stderr.write(f"nanhu: {text}\n")
