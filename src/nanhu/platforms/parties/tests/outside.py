"""An emulated party in a process of its own, as `make demo` starts it; killed and started again by tests."""

# ruff: noqa: S310 - every address here is our own on 127.0.0.1

import json
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.platforms.parties.lines import LONGEST_SECONDS
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_port

SECRET = "reed-boat-lake"
BRIEF_SECONDS, LATE_SECONDS = 3.0, 6.0
"""An answer that is to come too late is waited for so long, and comes so late where nobody sees that we hung up."""


@contextmanager
def impatient(lines_file: Path, fault: str):
    """With who answers too late, and with nobody else: a busy machine is slow as well."""
    said = lines_file.read_text()
    if fault in {"slow", "late"}:
        lines_file.write_text(said.replace(f"seconds = {LONGEST_SECONDS}", f"seconds = {BRIEF_SECONDS}"))
    yield
    lines_file.write_text(said)


class Outside:
    def __init__(self, key: str, folder: Path) -> None:
        self.key, self.folder, self.port = key, folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.secret_file = folder / "secret"
        self.secret_file.write_text(SECRET)
        self.process = None

    def start(self) -> "Outside":
        facts = [self.key, "127.0.0.1", str(self.port), str(self.folder), str(self.secret_file)]
        self.process = subprocess.Popen(dying_with_parent([sys.executable, "-m", "nanhu.emulators.parties", *facts]))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.get("health")
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise RuntimeError(f"{self.key} did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.wait_dead()

    def wait_dead(self) -> None:
        self.process.wait(timeout=PATIENCE_SECONDS)
        self.process = None

    def get(self, path: str, body: bytes | None = None) -> bytes:
        with urllib.request.urlopen(f"{self.url}/{path}", data=body, timeout=PATIENCE_SECONDS) as answer:
            return answer.read()

    def fault(self, kind: str, times: int = 1) -> None:
        self.get("faults", f"kind={kind}&times={times}&seconds={PATIENCE_SECONDS}".encode())

    def wire(self) -> list[dict]:
        """Newest first."""
        return json.loads(self.get("wire.json"))

    def line(self) -> str:
        """Its part of the school's file: an answer is waited for as long as a school may."""
        secret = "" if self.key == "works" else f'secret = "{SECRET}"\n'
        return f'[{self.key}]\naddress = "{self.url}"\n{secret}seconds = {LONGEST_SECONDS}\n'
