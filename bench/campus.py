"""A campus of its own for a benchmark: a fresh data folder, a durable embedded database, the real processes."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nanhu.kernel.child_processes import Progress, dying_with_parent
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.processes.house import web_command
from nanhu.kernel.school import SAMPLE
from nanhu.testing.ports import campus_ports

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 600
"""For what only needs its time to start; a figure never depends on it."""
STALLED_SECONDS = 60
"""Without any work of its own for so long: it will not end any more."""


@dataclass(frozen=True)
class Campus:
    """Where the campus lives and the environment its processes share."""

    folder: Path
    environment: dict[str, str]

    @property
    def web_port(self) -> int:
        return int(self.environment["NANHU_WEB_PORT"])

    def nanhu(self, *arguments: str) -> str:
        """Run a `nanhu` command to its end and return what it printed."""
        result = subprocess.run(
            dying_with_parent([sys.executable, "-m", "nanhu", *arguments]),
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise RuntimeError(f"nanhu {' '.join(arguments)} failed:\n{result.stdout}\n{result.stderr}")
        return result.stdout


def school_of_the_race(folder: Path) -> Path:
    """The sample school, whose tills may sell hundreds of times a second: every check is made, none of them bites."""
    names = [
        "terminal_minute_payments",
        "terminal_minute_fen",
        "terminal_day_fen",
        "offline_card_fen",
        "offline_total_fen",
        "offline_rows",
    ]
    limits = "".join(f"{name} = {10**9}\n" for name in [*names, "offline_payment_fen", "terminal_minute_misses"])
    path = folder / "school.toml"
    rest = "meal_fen = 5000\ndaily_fen = 15000\nmeal_max_fen = 20000\ndaily_max_fen = 50000\n"
    path.write_text(f"{SAMPLE.read_text()}\n[[card.limits]]\nfrom = 2024-01-01\n{rest}{limits}")
    return path


@contextmanager
def empty_campus(*, demo: bool) -> Iterator[Campus]:
    """A data folder with ports of its own, nothing in it and nothing running; removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="nanhu-bench-"))
    folder.chmod(0o755)
    kept = ("NANHU_TEMPLATE_DIR",)
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in kept or not name.startswith(("NANHU_", "DATABASE_URL"))
    }
    environment["NANHU_DATA_DIR"] = str(folder)
    environment["NANHU_DEMO"] = "1" if demo else "0"
    if not demo:
        environment["NANHU_SCHOOL_FILE"] = str(school_of_the_race(folder))
    environment |= campus_ports()
    environment["NANHU_PUBLIC_URL"] = f"http://localhost:{environment['NANHU_WEB_PORT']}"
    os.environ["NANHU_DATA_DIR"] = str(folder)
    try:
        yield Campus(folder, environment)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_campus(*, demo: bool = True) -> Iterator[Campus]:
    """An empty campus with a running durable database, which ends with us even when we are killed."""
    with empty_campus(demo=demo) as campus, database_of(campus):
        yield campus


@contextmanager
def filled_campus(*, scale: str = "") -> Iterator[Campus]:
    """The sample campus, copied from its template in seconds where that was filled before, with a running database."""
    with empty_campus(demo=True) as campus:
        if scale:
            campus.environment["SCALE"] = scale
        campus.nanhu("demo", "--fill-only")
        with database_of(campus):
            yield campus


@contextmanager
def database_of(campus: Campus) -> Iterator[None]:
    from nanhu.kernel.database import embedded

    embedded.start(campus.folder)
    try:
        yield
    finally:
        embedded.stop(campus.folder)


@contextmanager
def running(
    campus: Campus, command: list[str], ready_url: str, *, patience: float = PATIENCE_SECONDS
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the campus, ready when its address answers, stopped afterwards."""
    with (campus.folder / "bench.log").open("ab") as log:
        process = subprocess.Popen(
            dying_with_parent(command),
            env=campus.environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until_answered(ready_url, process, patience)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        wait_until_ended(process)


@contextmanager
def running_web(campus: Campus) -> Iterator[subprocess.Popen[bytes]]:
    """The campus's pages as `nanhu run` has them, with the rights that they have there."""
    command = web_command(read_configuration(campus.environment))
    as_web = replace(campus, environment=campus.environment | {"NANHU_DATABASE_ROLE": "web"})
    with running(as_web, command, f"http://127.0.0.1:{campus.web_port}/health/live") as process:
        yield process


def wait_until_ended(process: subprocess.Popen[Any]) -> bool:
    """As long as it gets on with its ending. One that stands still is killed: False."""
    progress = Progress(process.pid, None)
    while process.poll() is None:
        if progress.idle_seconds() > STALLED_SECONDS:
            is_leader = os.getpgid(process.pid) == process.pid
            os.killpg(process.pid, signal.SIGKILL) if is_leader else process.kill()
            process.wait()
            return False
        time.sleep(0.05)
    return True


def wait_until_answered(url: str, process: subprocess.Popen[bytes], patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the process ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} did not answer within {patience} s")
