"""The supervisor: starts in order, brings back what dies, stops all of it together."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded
from nanhu.kernel.processes import Supervisor

PROGRAM = """
import pathlib
import sys
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.processes import ProcessSpecification, Supervisor
port = sys.argv[1]
settings = read_configuration({"DATABASE_URL": "postgresql://nowhere"})
command = [sys.executable, "-m", "http.server", port, "--bind", "127.0.0.1"]
server = ProcessSpecification(
    key="server", command=lambda _: ["sh", "-c", '"$@" & wait', "sh", *command] if "--behind-shell" in sys.argv else command,
    ready_url=lambda _: f"http://127.0.0.1:{port}/",
)
Supervisor([server], settings, log_dir=pathlib.Path("logs")).run(lambda: print("ready", flush=True))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serves(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1):
            return True
    except OSError:
        return False


def wait_for(condition: bool, *, port: int) -> None:
    deadline = time.monotonic() + 15
    while serves(port) is not condition:
        if time.monotonic() > deadline:
            pytest.fail(f"the server should {'answer' if condition else 'be silent'}")
        time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def campus(tmp_path: Path, request):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port), *getattr(request, "param", [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=tmp_path,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process, port
    process.terminate()
    process.wait(timeout=30)
    process.stdout.close()


def test_it_brings_back_a_process_that_was_killed(campus) -> None:
    process, port = campus
    [server] = children_of(process.pid)

    os.kill(server, signal.SIGKILL)

    wait_for(True, port=port)
    assert children_of(process.pid) != [server]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_runs_on_when_it_ends(campus, how: signal.Signals) -> None:
    process, port = campus
    assert serves(port)

    process.send_signal(how)
    process.wait(timeout=15)

    wait_for(False, port=port)


@pytest.mark.parametrize("campus", [["--behind-shell"]], indirect=True)
def test_what_a_killed_process_left_behind_does_not_hold_its_port(campus) -> None:
    process, port = campus
    [leader] = children_of(process.pid)
    [server] = children_of(leader)

    os.kill(leader, signal.SIGKILL)

    wait_for_end(server)
    wait_for(True, port=port)


def wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + 15
    while is_alive(pid):
        assert time.monotonic() < deadline, "it runs on"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_database_that_does_not_start_yet_is_tried_again(monkeypatch, capsys) -> None:
    """A campus that ended because its database needs longer to recover would not come back at all."""
    tries = []

    def start(_folder: Path) -> bool:
        tries.append(1)
        if len(tries) == 1:
            raise embedded.EmbeddedDatabaseError("still recovering")
        return True

    monkeypatch.setattr(embedded, "running_pid", lambda _folder: None)
    monkeypatch.setattr(embedded, "start", start)
    supervisor = Supervisor([], read_configuration({"NANHU_DATA_DIR": "/nowhere"}))
    supervisor.watch()
    supervisor.watch()
    assert len(tries) == 2
    assert "still recovering" in capsys.readouterr().err
