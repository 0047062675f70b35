"""The embedded server: made, joined, stopped, and brought back after a kill, with what was committed."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.configuration import read_configuration
from nanhu.kernel.database import embedded, postmaster


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="nanhu-embedded-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def address(folder: Path) -> str:
    return read_configuration({"NANHU_DATA_DIR": str(folder)}).database_url


def test_it_keeps_what_was_committed_through_a_kill(folder: Path) -> None:
    assert embedded.start(folder) is True
    try:
        assert embedded.start(folder) is False
        with psycopg.connect(address(folder), autocommit=True) as connection:
            connection.execute("CREATE TABLE lamp (id int)")
            connection.execute("INSERT INTO lamp VALUES (1)")
        pid = embedded.running_pid(folder)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while embedded.running_pid(folder) is not None:
            time.sleep(0.02)

        assert embedded.start(folder) is True

        with psycopg.connect(address(folder)) as connection:
            assert connection.execute("SELECT id FROM lamp").fetchall() == [(1,)]
            safe = connection.execute(
                "SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('jit')"
            ).fetchone()
        assert safe == ("on", "on", "off")
    finally:
        embedded.stop(folder)
    assert embedded.running_pid(folder) is None


def test_it_lets_nobody_in_without_the_password(folder: Path) -> None:
    embedded.start(folder, extra="fsync = off")
    try:
        wrong = f"postgresql://nanhu:guess@/nanhu?host={quote(str(embedded.socket_dir(folder)), safe='')}"
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong)
    finally:
        embedded.stop(folder)


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("深" * 30) / ("湖" * 30)

    assert len(str(embedded.socket_dir(deep))) < embedded.LONGEST_SOCKET_PATH
    assert embedded.socket_dir(deep) != embedded.socket_dir(deep / "x")


STARTER = """
import sys, time
from pathlib import Path
from nanhu.kernel.database import embedded
embedded.start(Path(sys.argv[1]), extra="fsync = off")
print(embedded.running_pid(Path(sys.argv[1])), flush=True)
time.sleep(600)
"""


def started_elsewhere(folder: Path) -> tuple[subprocess.Popen[str], int]:
    starter = subprocess.Popen(
        dying_with_parent([sys.executable, "-c", STARTER, str(folder)]), stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    return starter, int(starter.stdout.readline())


def test_it_ends_when_whoever_started_it_is_killed_and_the_next_waits_for_that(folder: Path) -> None:
    """A killed test or benchmark leaves no server; who comes while it still ends starts one, and joins none that goes."""
    starter, pid = started_elsewhere(folder)
    starter.kill()
    starter.communicate()

    try:
        while embedded.running_pid(folder) == pid:
            if embedded.start(folder, extra="fsync = off"):
                break
        else:
            assert embedded.start(folder, extra="fsync = off") is True
        assert embedded.running_pid(folder) not in (None, pid)
        with psycopg.connect(address(folder)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        embedded.stop(folder)


def test_a_server_that_needs_its_time_is_waited_for_and_one_that_is_gone_is_not(folder: Path) -> None:
    """What it says of itself in its own file is believed, whoever started it; a stale file is nobody's."""
    starter, pid = started_elsewhere(folder)
    file = embedded.server_dir(folder) / "postmaster.pid"
    try:
        ready = file.read_text()
        file.write_text(ready.replace("ready   ", "starting"))
        threading.Timer(0.3, file.write_text, [ready]).start()
        assert embedded.start(folder) is False
        assert file.read_text() == ready
        assert embedded.running_pid(folder) == pid
    finally:
        embedded.stop(folder)
        starter.kill()
        starter.communicate()
    file.write_text(ready.replace(str(pid), str(os.getpid())))
    assert embedded.running_pid(folder) is None


def test_whoever_joins_waits_as_long_as_the_server_works(folder: Path, monkeypatch) -> None:
    starter, _pid = started_elsewhere(folder)
    file = embedded.server_dir(folder) / "postmaster.pid"
    ready = file.read_text()
    monkeypatch.setattr(postmaster, "SAY_SECONDS", 0)
    monkeypatch.setattr(postmaster, "STALLED_SECONDS", 0.1)
    try:
        file.write_text(ready.replace("ready   ", "starting"))
        with monkeypatch.context() as working:
            working.setattr(postmaster.Progress, "idle_seconds", lambda _self: 0.0)
            threading.Timer(0.5, file.write_text, [ready]).start()
            assert embedded.start(folder) is False
        file.write_text(ready.replace("ready   ", "starting"))
        with pytest.raises(embedded.EmbeddedDatabaseError, match="stands still"):
            embedded.start(folder)
    finally:
        file.write_text(ready)
        starter.kill()
        starter.communicate()
        monkeypatch.undo()
        embedded.stop(folder)


def test_a_server_that_runs_on_is_told_of(folder: Path, monkeypatch) -> None:
    embedded.start(folder, extra="fsync = off")
    pid = embedded.running_pid(folder)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        with monkeypatch.context() as short:
            short.setattr(postmaster, "SAY_SECONDS", 0)
            short.setattr(postmaster, "STALLED_SECONDS", 0.1)
            with pytest.raises(embedded.EmbeddedDatabaseError, match="stands still"):
                embedded.stop(folder)
        assert embedded.running_pid(folder) == pid
    finally:
        os.kill(pid, signal.SIGCONT)
        embedded.stop(folder)
    assert embedded.running_pid(folder) is None


def test_two_who_find_no_server_start_one_and_both_reach_it(folder: Path) -> None:
    """While one starts it the other waits: it writes no settings under a server that reads them."""
    with embedded.one_starter(folder):
        waiting = subprocess.Popen(
            dying_with_parent([sys.executable, "-c", STARTER, str(folder)]), stdout=subprocess.PIPE, text=True
        )
        while not is_waiting_for_a_lock(waiting.pid):
            assert waiting.poll() is None
            assert not (embedded.server_dir(folder) / "nanhu.conf").exists()
            time.sleep(0.02)
    assert waiting.stdout is not None
    try:
        assert int(waiting.stdout.readline()) == embedded.running_pid(folder)
        assert embedded.start(folder) is False
    finally:
        embedded.stop(folder)
        waiting.kill()
        waiting.communicate()


def is_waiting_for_a_lock(pid: int) -> bool:
    """As the kernel lists it: `1: -> FLOCK ADVISORY WRITE 4711 …`."""
    return any("->" in line and f" {pid} " in line for line in Path("/proc/locks").read_text().splitlines())


def test_its_settings_are_replaced_whole(folder: Path) -> None:
    """Who opened the old ones reads them to the end: there is no moment at which the file is empty."""
    settings = embedded.server_dir(folder) / "nanhu.conf"
    settings.parent.mkdir()
    embedded.configure(folder, "fsync = off")
    with settings.open() as old:
        embedded.configure(folder, "fsync = on")
        assert "fsync = off" in old.read()
    assert "fsync = on" in settings.read_text()
