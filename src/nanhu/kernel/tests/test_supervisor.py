"""The supervisor: starts in order, brings back what dies, stops all of it together."""

import itertools
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from nanhu.kernel import child_processes
from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded
from nanhu.kernel.doctor.checks import work
from nanhu.kernel.processes import ProcessSpecification, Supervisor, supervised
from nanhu.kernel.processes.pulse import beat, pulse_file
from nanhu.kernel.processes.supervised import has_ended
from nanhu.kernel.registry import Verdict
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_port

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


def serves(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE_SECONDS):
            return True
    except OSError:
        return False


def wait_for(condition: bool, *, port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
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
        dying_with_parent([sys.executable, "-c", PROGRAM, str(port), *getattr(request, "param", [])]),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=tmp_path,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process, port
    process.terminate()
    process.wait(timeout=PATIENCE_SECONDS)
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
    process.wait(timeout=PATIENCE_SECONDS)

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
    deadline = time.monotonic() + PATIENCE_SECONDS
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


class Clock:
    """Turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hands(monkeypatch, tmp_path, clock):
    """A supervisor of `web` (which has an address) and `gateway`, whose processes are ours to open, kill and stop."""
    settings = read_configuration({"DATABASE_URL": "postgresql://nowhere", "NANHU_DATA_DIR": str(tmp_path)})
    address = "http://127.0.0.1:9/"
    asleep = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
    specifications = [
        ProcessSpecification(key="web", command=lambda _: asleep, ready_url=lambda _: address),
        ProcessSpecification(key="gateway", command=lambda _: asleep),
    ]
    supervisor = Supervisor(specifications, settings, log_dir=tmp_path / "logs", clock=clock)
    ticks = iter(range(0, 10**9, 500))
    monkeypatch.setattr(child_processes, "ticks_of_tree", lambda _pid: next(ticks) if supervisor.works else 0)
    monkeypatch.setattr(supervised, "answers", lambda _url: False)
    supervisor.works = True
    yield supervisor
    supervisor.stop()


def pass_time(supervisor: Supervisor, clock: Clock, seconds: int, opened: list[int]) -> None:
    for _ in range(seconds // 10):
        clock.now += 10
        supervisor.watch()
        supervisor.open(lambda: opened.append(1))


def test_one_that_is_slow_to_open_is_waited_for_as_long_as_it_works(hands, clock, capsys) -> None:
    """An hour on a machine under load is slow and not broken; it says meanwhile what it waits for."""
    opened: list[int] = []
    hands.watch()
    first = [one.process.pid for one in hands.processes]
    pass_time(hands, clock, 3600, opened)

    assert [one.process.pid for one in hands.processes] == first
    assert not opened
    assert "waiting for web (starting for 3600 s" in capsys.readouterr().err

    hands.processes[0].answered_at = clock.now
    hands.open(lambda: opened.append(1))
    hands.open(lambda: opened.append(1))
    assert opened == [1]


def test_one_that_never_opens_is_started_again_and_stops_nobody(hands, clock, capsys) -> None:
    opened: list[int] = []
    hands.watch()
    web, gateway = hands.processes
    before, served = web.process.pid, gateway.process.pid
    hands.works = False
    pass_time(hands, clock, 400, opened)

    assert web.process.pid != before
    assert gateway.process.pid == served
    assert not has_ended(gateway.process)
    assert "web has been silent" in capsys.readouterr().err


def test_one_that_dies_again_and_again_is_started_later_each_time_and_stops_nobody(hands, clock, tmp_path) -> None:
    """A port that another holds: it was a traceback that took database, gateway and worker down."""
    hands.watch()
    web, gateway = hands.processes
    starts = []
    for _ in range(200):
        os.kill(web.process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, web.process.pid, os.WEXITED | os.WNOWAIT)
        known = web.process.pid
        while web.process.pid == known:
            clock.now += 1
            hands.watch()
        starts.append(clock.now)
        if len(starts) == 8:
            break
    pauses = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert pauses == sorted(pauses)
    assert pauses[-1] >= supervised.LONGEST_PAUSE_SECONDS
    assert not has_ended(gateway.process)


def test_one_that_served_and_hangs_is_ended_and_started_again(hands, clock) -> None:
    hands.watch()
    web = hands.processes[0]
    web.answered_at, before = clock.now, web.process.pid
    hands.works = False
    pass_time(hands, clock, 200, [])
    assert web.process.pid == before

    pass_time(hands, clock, 300, [])
    assert web.process.pid != before


def test_a_pulse_that_stops_is_a_dead_process(monkeypatch, clock, tmp_path) -> None:
    """The worker has no address: its loops beat, and one dead loop is a dead worker though the process uses its time."""
    settings = read_configuration({"DATABASE_URL": "postgresql://nowhere", "NANHU_DATA_DIR": str(tmp_path)})
    ticks = iter(range(0, 10**9, 500))
    monkeypatch.setattr(child_processes, "ticks_of_tree", lambda _pid: next(ticks))
    asleep = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
    worker = ProcessSpecification(key="worker", command=lambda _: asleep, pulses=True)
    supervisor = Supervisor([worker], settings, clock=clock)
    supervisor.watch()
    [one] = supervisor.processes
    first = one.process.pid
    try:
        for turn in range(100):
            beat(tmp_path, "worker")
            os.utime(pulse_file(tmp_path, "worker"), (turn, turn))
            pass_time(supervisor, clock, 10, [])
        assert one.process.pid == first

        pass_time(supervisor, clock, 400, [])
        assert one.process.pid != first
    finally:
        supervisor.stop()


def test_the_doctor_hears_from_the_supervisor_who_is_ill(hands, clock, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(work, "configuration", lambda: hands.configuration)
    assert work.check_processes().verdict == Verdict.OK
    hands.watch()
    hands.report.write(one.state() for one in hands.processes)
    assert work.check_processes().verdict == Verdict.WARN

    hands.processes[0].answered_at = clock.now
    hands.report.write(one.state() for one in hands.processes)
    assert work.check_processes().verdict == Verdict.OK

    clock.now += 400
    hands.report.write(one.state() for one in hands.processes)
    found = work.check_processes()
    assert found.verdict == Verdict.FAIL
    assert "web" in found.message
    assert "gateway" not in found.message
