"""The nursery: what is born there is the supervisor's child, has its own rights, and lives on when the nursery dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.tests.test_supervisor import children_of, is_alive, serves
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_port

PROGRAM = """
import os
import pathlib
import sys
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.processes import ProcessSpecification, Supervisor
port = sys.argv[1]
settings = read_configuration(os.environ)
server = ProcessSpecification(
    key="server", command=lambda _: [sys.executable, "-m", "http.server", port, "--bind", "127.0.0.1"],
    ready_url=lambda _: f"http://127.0.0.1:{port}/", database_role="web", from_nursery=True,
)
look = ProcessSpecification(
    key="look", command=lambda _: [sys.executable, "-m", "nanhu", "shell", "--no-imports", "--command", sys.argv[2]],
    database_role="gateway", from_nursery=True,
)
Supervisor([server, look], settings, log_dir=pathlib.Path("logs")).run(lambda: print("ready", flush=True))
"""
LOOK = """
import os, pathlib, sys, time
from django.conf import settings
from django.db import connection
seen = connection.settings_dict
threads = len(os.listdir(f"/proc/self/task"))
pathlib.Path("part").write_text(f"{seen['USER']} {seen['OPTIONS']['application_name']} {os.environ['DATABASE_URL']} {threads}")
pathlib.Path("part").rename("seen")
time.sleep(600)
"""


class Running(NamedTuple):
    supervisor: subprocess.Popen[str]
    port: int
    folder: Path

    def child(self, *words: str) -> int | None:
        """Of the supervisor, by words of its command."""
        for pid in children_of(self.supervisor.pid):
            with suppress(OSError):  # gone meanwhile
                command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if {*map(str.encode, words)} <= {*command}:
                    return pid
        return None


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
    foreign = {
        "DATABASE_URL": "postgresql://owner@nowhere/n",
        "NANHU_GATEWAY_DATABASE_URL": "postgresql://gate@nowhere/n",
    }
    process = subprocess.Popen(
        dying_with_parent([sys.executable, "-c", PROGRAM, str(port), LOOK]),
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**kept, **foreign, "NANHU_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "nanhu.project.settings"},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n", (tmp_path / "logs" / "server.log").read_text()
        yield Running(process, port, tmp_path)
    finally:
        process.kill()
        process.wait(timeout=PATIENCE_SECONDS)
        process.stdout.close()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_who_is_born_there_is_the_supervisors_child_with_its_own_rights_and_comes_back(running: Running) -> None:
    first = running.child("http.server", str(running.port))
    nursery = running.child("nanhu.kernel.processes.nursery")
    assert first is not None, "it is shown by the command that would have started it"
    assert nursery is not None
    assert os.getpgid(first) == first
    assert len([*Path(f"/proc/{nursery}/task").iterdir()]) == 1, (
        "a thread would be gone in who is forked, with its locks held"
    )
    assert b"@nowhere" not in Path(f"/proc/{nursery}/environ").read_bytes()
    until((running.folder / "seen").exists)
    assert (running.folder / "seen").read_text() == "gate nanhu-look postgresql://gate@nowhere/n 1"

    os.kill(first, signal.SIGKILL)
    until(lambda: running.child("http.server") not in (None, first) and serves(running.port))
    assert running.child("nanhu.kernel.processes.nursery") == nursery
    everybody = children_of(running.supervisor.pid)
    os.kill(running.supervisor.pid, signal.SIGKILL)
    until(lambda: not any(map(is_alive, everybody)))


@pytest.mark.slow
def test_who_was_born_there_lives_on_without_it_and_comes_back_by_itself(running: Running) -> None:
    first = running.child("http.server")
    nursery = running.child("nanhu.kernel.processes.nursery")
    assert first is not None
    assert nursery is not None
    os.kill(nursery, signal.SIGKILL)
    until(lambda: not is_alive(nursery))
    assert serves(running.port)

    os.kill(first, signal.SIGKILL)
    until(lambda: running.child("http.server") not in (None, first) and serves(running.port))
    assert running.child("nanhu.kernel.processes.nursery") is None
    running.supervisor.terminate()
    running.supervisor.wait(timeout=PATIENCE_SECONDS)
    assert not serves(running.port)
