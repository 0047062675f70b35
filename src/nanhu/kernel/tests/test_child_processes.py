"""Children end with whoever started them, and a process that works is told from one that stands still."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from nanhu.kernel.child_processes import Progress, dying_with_parent, last_line, ticks_of_tree
from nanhu.testing.patience import PATIENCE_SECONDS

STARTER = """
import subprocess, sys, time
from nanhu.kernel.child_processes import dying_with_parent
child = subprocess.Popen(dying_with_parent(["sleep", "600"]), start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_killed_test_or_benchmark_leaves_nothing_running() -> None:
    starter = subprocess.Popen(dying_with_parent([sys.executable, "-c", STARTER]), stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    child = int(starter.stdout.readline())
    assert is_alive(child)

    starter.kill()
    starter.communicate()

    deadline = time.monotonic() + PATIENCE_SECONDS
    while is_alive(child):
        assert time.monotonic() < deadline, "it runs on"
        time.sleep(0.05)


def test_what_another_thread_starts_does_not_end_with_that_thread() -> None:
    """The kernel would send the signal when the thread ends, amid the life of the program."""
    commands: list[list[str]] = []
    thread = threading.Thread(target=lambda: commands.append(dying_with_parent(["postgres"])))
    thread.start()
    thread.join()
    assert commands == [["postgres"]]
    assert dying_with_parent(["postgres"])[-1] == "postgres"
    assert len(dying_with_parent(["postgres"])) > 1


def test_progress_is_processor_time_or_lines_in_the_log(tmp_path: Path, monkeypatch) -> None:
    log, now, ticks = tmp_path / "log", [0.0], [0]
    log.touch()
    monkeypatch.setattr("nanhu.kernel.child_processes.ticks_of_tree", lambda _pid: ticks[0])
    progress = Progress(1, log, clock=lambda: now[0])

    now[0] = 100
    assert progress.idle_seconds() == 100
    now[0], ticks[0] = 200, 500
    assert progress.idle_seconds() == 0
    now[0], ticks[0] = 300, 510
    assert progress.idle_seconds() == 100
    now[0] = 400
    log.write_text("recovering\n")
    assert progress.idle_seconds() == 0
    assert last_line(log) == "recovering"


def test_the_time_of_descendants_counts() -> None:
    shell = subprocess.Popen(dying_with_parent(["sh", "-c", "while :; do :; done & wait"]), start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while ticks_of_tree(shell.pid) < 5:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        os.killpg(shell.pid, 9)
        shell.wait()
