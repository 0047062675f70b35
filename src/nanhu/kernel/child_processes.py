"""Children that end with their parent, and whether a process still gets on with its work. Linux tells; elsewhere nothing."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

DIE_WITH_PARENT = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
parent, number, user, group = map(int, sys.argv[1:5])
if user:
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
libc.prctl(1, number)
if os.getppid() == parent:
    os.execvp(sys.argv[5], sys.argv[5:])
"""
"""Run by the child itself (1 is PR_SET_PDEATHSIG, which a change of user would clear). A function of ours between fork and
exec could hang for ever and its parent with it: this process has the threads of the database's pool and of polars."""
LEAST_TICKS_A_SECOND = 1
"""A hundredth of a processor: what uses less only looks now and then whether there is something to do."""
WINDOW_SECONDS = 10


def dying_with_parent(
    command: list[str], *, number: int = signal.SIGTERM, user: tuple[int, int] | None = None
) -> list[str]:
    """`command`, asked to end by signal `number` when the process that starts it is gone, so that nothing runs on unseen.

    The kernel sends the signal when the starting *thread* ends: what another thread starts outlives it, as it would have.
    `user` is the (uid, gid) to become; only root may ask for it.
    """
    is_bound = sys.platform == "linux" and threading.current_thread() is threading.main_thread()
    if not is_bound and user is None:
        return command
    death_signal = number if is_bound else 0
    identity = map(str, (os.getpid(), int(death_signal), *(user or (0, 0))))
    return [sys.executable, "-I", "-S", "-c", DIE_WITH_PARENT, *identity, *command]


class Progress:
    """How long a process with its descendants and its log have stood still. To be asked again and again."""

    def __init__(self, pid: int, log: Path | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.pid, self.log, self.clock = pid, log, clock
        self.ticks, self.size = self.measured()
        self.looked_at = self.moved_at = clock()

    def idle_seconds(self) -> float:
        now = self.clock()
        window = now - self.looked_at
        if window >= WINDOW_SECONDS:
            ticks, size = self.measured()
            if ticks - self.ticks >= window * LEAST_TICKS_A_SECOND or size != self.size:
                self.moved_at = now
            self.ticks, self.size, self.looked_at = ticks, size, now
        return now - self.moved_at

    def measured(self) -> tuple[int, int]:
        size = 0
        if self.log is not None:
            with suppress(OSError):
                size = self.log.stat().st_size
        return ticks_of_tree(self.pid), size


def ticks_of_tree(root: int) -> int:
    """Processor time that `root` and all that descends from it have used."""
    parents, used = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            fields = facts_of(int(folder.name))
            parents[int(folder.name)], used[int(folder.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    family: set[int] = set()
    found = {root}
    while found:
        family |= found
        found = {pid for pid, parent in parents.items() if parent in family} - family
    return sum(used.get(pid, 0) for pid in family)


def facts_of(pid: int) -> list[str]:
    """What Linux says of a process behind its name: its state first. OSError where there is none."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def last_line(log: Path | None) -> str:
    """What a process said last, for whoever waits for it."""
    if log is None or not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - 2000, 0))
        lines = [line for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else ""


def say(text: str) -> None:
    """To whoever started the program."""
    sys.stderr.write(f"nanhu: {text}\n")
    sys.stderr.flush()
