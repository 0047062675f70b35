"""One process under the supervisor: its log, its answers, its restarts and the pause before each."""

import http.client
import os
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import IO

from nanhu.kernel.child_processes import Progress, dying_with_parent, last_line, say
from nanhu.kernel.configuration import Configuration
from nanhu.kernel.processes.nursery import Born, Nursery
from nanhu.kernel.processes.pulse import last_beat
from nanhu.kernel.processes.report import ProcessState
from nanhu.kernel.processes.specification import ProcessSpecification

LONGEST_PAUSE_SECONDS = 30
STABLE_SECONDS = 5
STACK_BYTES = str(32 * 1024 * 1024)
"""Of the web server's threads. With their own 2 MB some thousand brackets of a stranger's JSON overflow the C stack before
Python's limit of recursion is reached, and the process dies."""
STALLED_SECONDS = 300
"""Silent, and neither processor time nor a line in the log for so long: it hangs. On a machine under load it is slow."""
LONGEST_SILENCE_SECONDS = 1800
"""It served, is silent since, and still works at something: no page takes that long."""
ANSWER_SECONDS = 20
ASK_SECONDS, ASK_AGAIN_SECONDS = 0.1, 5.0
DATABASE_VARIABLES = frozenset(
    one.metadata["variable"] for one in fields(Configuration) if one.name.endswith(("database_url", "database_role"))
)
NO_DATABASE = "postgresql:///none"


class Supervised:
    """`answered_at` is written by the thread that asks its address, everything else by the supervisor's own."""

    def __init__(
        self,
        specification: ProcessSpecification,
        configuration: Configuration,
        log: IO[bytes] | None,
        *,
        nursery: Nursery | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.specification, self.configuration, self.log, self.clock = specification, configuration, log, clock
        self.nursery = nursery if specification.from_nursery else None
        self.failures = 0
        self.next_start = self.started_at = 0.0
        self.answered_at: float | None = None
        self.beaten: int | None = None
        self.process: subprocess.Popen[bytes] | Born | None = None
        self.progress: Progress | None = None

    @property
    def key(self) -> str:
        return self.specification.key

    @property
    def log_path(self) -> Path | None:
        return None if self.log is None else Path(self.log.name)

    def start(self) -> None:
        self.started_at, self.answered_at = self.clock(), None
        self.beaten = last_beat(self.configuration.data_dir, self.key)
        self.process = self.begun()
        self.progress = Progress(self.process.pid, self.log_path, clock=self.clock)
        if self.specification.ready_url is not None:
            url = self.specification.ready_url(self.configuration)
            threading.Thread(target=self.ask, args=(self.process, url), name=f"ask-{self.key}", daemon=True).start()

    def begun(self) -> subprocess.Popen[bytes] | Born:
        command = self.specification.command(self.configuration)
        environment = environment_of(self.specification, self.configuration)
        born = None if self.nursery is None else self.nursery.bear(command, environment, self.log)
        return born or subprocess.Popen(
            dying_with_parent(command),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            env=environment,
        )

    def ask(self, process: subprocess.Popen[bytes] | Born, url: str) -> None:
        """Ask its address again and again, on a thread of its own, so that a slow one holds up nobody."""
        while self.process is process and process.returncode is None:
            if answers(url) and self.process is process:
                self.answered_at = self.clock()
            time.sleep(ASK_SECONDS if self.answered_at is None else ASK_AGAIN_SECONDS)

    @property
    def is_running(self) -> bool:
        return self.process is not None and not has_ended(self.process)

    @property
    def is_ready(self) -> bool:
        return self.is_running and (self.specification.ready_url is None or self.answered_at is not None)

    def feel_pulse(self) -> None:
        beaten = last_beat(self.configuration.data_dir, self.key) if self.specification.pulses else None
        if beaten != self.beaten:
            self.beaten, self.answered_at = beaten, self.clock()

    def silent_seconds(self) -> float:
        """Since it last showed that it serves; 0 for one that has nothing to show."""
        if self.specification.ready_url is None and not self.specification.pulses:
            return 0
        return self.clock() - (self.started_at if self.answered_at is None else self.answered_at)

    def hangs(self) -> bool:
        """One that has not served yet has all the time it needs, as long as it works."""
        silent = self.silent_seconds()
        if silent < 2 * ANSWER_SECONDS or self.progress is None:
            return False
        is_idle = self.progress.idle_seconds() > STALLED_SECONDS
        if self.answered_at is None or silent < STALLED_SECONDS:
            return is_idle
        return is_idle or self.specification.pulses or silent > LONGEST_SILENCE_SECONDS

    def watch(self) -> None:
        """Start it again when it died or hangs, later after each failure; long life is forgiven."""
        if self.nursery is not None and not self.is_running and self.nursery.is_loading():
            return
        if self.process is None:
            self.start()
            return
        now = self.clock()
        self.feel_pulse()
        if self.is_running and self.hangs():
            say(f"{self.key} has been silent for {self.silent_seconds():.0f} s and does nothing; ending it")
            self.bury()
        if self.is_running:
            if self.failures and self.is_ready and now - self.started_at > STABLE_SECONDS:
                self.failures = 0
            return
        if self.next_start <= self.started_at:
            self.failures += 1
            pause = min(2 ** (self.failures - 1) - 1, LONGEST_PAUSE_SECONDS)
            self.next_start = now + pause
            self.bury()
            say(f"{self.key} ended; starting it again{f' in {pause} s' if pause else ''}{self.last_words()}")
        if now >= self.next_start:
            self.start()

    def state(self) -> ProcessState:
        since = self.clock() - self.started_at
        if self.process is None:
            return ProcessState(self.key, "starting", 0, self.failures)
        if not self.is_running:
            return ProcessState(self.key, "ended", int(since), self.failures)
        if self.silent_seconds() > STALLED_SECONDS and self.answered_at is not None:
            return ProcessState(self.key, "silent", int(self.silent_seconds()), self.failures)
        return ProcessState(self.key, "serving" if self.is_ready else "starting", int(since), self.failures)

    def described(self) -> str:
        """For whoever waits for it."""
        state = self.state()
        return f"{state.state} for {state.seconds} s{self.last_words()}"

    def last_words(self) -> str:
        words = last_line(self.log_path)
        return f"; {self.log_path} says: {words}" if words else ""

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


def environment_of_the_nursery(configuration: Configuration) -> dict[str, str]:
    """Nobody's: of the embedded server, too, it makes out no password."""
    nobody = ProcessSpecification(key="nursery", command=lambda _one: [])
    return {**environment_of(nobody, configuration), "DATABASE_URL": NO_DATABASE}


def environment_of(specification: ProcessSpecification, configuration: Configuration) -> dict[str, str]:
    """Of the addresses of a foreign database a process gets its own and no other. By NANHU_PROCESS it knows that it is kept."""
    kept = {name: value for name, value in os.environ.items() if name not in DATABASE_VARIABLES}
    role = specification.database_role
    if configuration.foreign_database_url:
        kept["DATABASE_URL"] = configuration.database_url_of(role) if role else NO_DATABASE
    if role:
        kept["NANHU_DATABASE_ROLE"] = role
    kept["NANHU_PROCESS"] = specification.key
    return {"RUST_MIN_STACK": STACK_BYTES, **kept, **specification.environment(configuration)}


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as answer:  # noqa: S310  our own address
            return 200 <= int(answer.status) < 300  # noqa: PLR2004
    except (OSError, http.client.HTTPException, ValueError):
        return False


def has_ended(process: subprocess.Popen[bytes] | Born) -> bool:
    """Leaves the dead where it is: as long as nobody took it away, its group's number is nobody else's."""
    if process.returncode is not None:
        return True
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
