"""What the supervisor knows of its processes, in a file of the data folder, for the doctor to read."""

import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from nanhu.kernel.secret_files import private_folder
from nanhu.kernel.whole_files import write_whole

WRITE_SECONDS = 5
FRESH_SECONDS = 120


@dataclass(frozen=True, slots=True)
class ProcessState:
    """`state` is serving, starting, silent or ended; `seconds` since when; `failures` in a row."""

    key: str
    state: str
    seconds: int
    failures: int


class Report:
    """Written when something changed, and every few seconds to show that somebody still looks."""

    def __init__(self, data_dir: Path, *, is_demo: bool = False) -> None:
        self.path, self.is_demo = report_file(data_dir), is_demo
        self.written_at = -float("inf")
        self.last: list[tuple[str, str, int]] = []

    def write(self, states: Iterable[ProcessState]) -> None:
        states = list(states)
        now = [(one.key, one.state, one.failures) for one in states]
        if now == self.last and time.monotonic() - self.written_at < WRITE_SECONDS:
            return
        private_folder(self.path.parent)
        told = {"supervisor": os.getpid(), "demo": self.is_demo, "processes": [asdict(one) for one in states]}
        write_whole(self.path, json.dumps(told))
        self.last, self.written_at = now, time.monotonic()

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def report_file(data_dir: Path) -> Path:
    return data_dir / "processes" / "supervisor.json"


def is_demo_running(data_dir: Path) -> bool:
    """Whether the processes that run from this folder were started as a sample campus."""
    path = report_file(data_dir)
    try:
        is_fresh = time.time() - path.stat().st_mtime <= FRESH_SECONDS
        return is_fresh and json.loads(path.read_text())["demo"] is True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def reported_processes(data_dir: Path) -> list[ProcessState] | None:
    """None where no supervisor runs here: then others (systemd) look after the processes."""
    path = report_file(data_dir)
    try:
        if time.time() - path.stat().st_mtime > FRESH_SECONDS:
            return None
        return [ProcessState(**one) for one in json.loads(path.read_text())["processes"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
