"""The server process itself: a child that ends with whoever started it, waited for as long as it works."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from nanhu.kernel.child_processes import Progress, dying_with_parent, facts_of, last_line, say

STATUS_LINE = 7
TRIES_SECONDS = 120
"""A server that ends at once is started anew for so long: what a killed one left behind holds the folder for a moment."""
STALLED_SECONDS = 600
"""Neither processor time nor a line in the log for so long: it will neither open nor end any more. Recovery may take far longer."""
SAY_SECONDS = 10
LOOK_SECONDS = 0.05
started: dict[Path, subprocess.Popen[bytes]] = {}
"""The servers that this process started, so that each is waited for when it ends."""


class PostmasterError(RuntimeError):
    """The server does not start; the message holds the end of its log."""


def running_pid(folder: Path) -> int | None:
    """The process id of the server of this folder, or None where none runs."""
    try:
        pid = int((folder / "postmaster.pid").read_text().split("\n", 1)[0])
        state = facts_of(pid)[0]
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        is_ours = Path(os.fsdecode(arguments[arguments.index(b"-D") + 1])).samefile(folder)
    except (OSError, ValueError, IndexError):
        return None
    return pid if is_ours and state not in "ZX" else None


def status(folder: Path) -> str:
    """ "starting", "ready" or "stopping" as the server itself says; "" where none runs."""
    if running_pid(folder) is None:
        return ""
    try:
        lines = (folder / "postmaster.pid").read_text().split("\n")
    except OSError:
        return ""
    return lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else "starting"


class Wait:
    """For a server that starts or ends: as long as it works, and now and then it is said what is waited for."""

    def __init__(self, folder: Path, pid: int) -> None:
        self.pid, self.log = pid, folder / "server.log"
        self.progress, self.begun, self.said = Progress(pid, self.log), time.monotonic(), 0.0

    def look_again(self) -> None:
        """After a moment; it raises where the server stands still."""
        waited = time.monotonic() - self.begun
        if waited - self.said > SAY_SECONDS:
            self.said = waited
            say(f"waiting for PostgreSQL, {waited:.0f} s: {last_line(self.log)}")
            if self.progress.idle_seconds() > STALLED_SECONDS:
                raise PostmasterError(f"PostgreSQL stands still: {last_line(self.log)}")
        time.sleep(LOOK_SECONDS)


def is_joined(folder: Path) -> bool:
    """Whether somebody's server takes connections here; one that starts or stops is waited for."""
    wait = None
    while state := status(folder):
        if state == "ready":
            return True
        pid = running_pid(folder)
        if pid is not None:
            wait = wait if wait is not None and wait.pid == pid else Wait(folder, pid)
            wait.look_again()
    return False


def stop(folder: Path, pid: int) -> None:
    """SIGINT is its fast shutdown. It raises where the server is still there and does nothing more."""
    wait = Wait(folder, pid)
    while running_pid(folder) == pid:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        wait.look_again()
    reap(folder)


def start(folder: Path, program: Path, *, user: tuple[int, int] | None) -> bool:
    """Start it and return once it takes connections; False when another process was quicker."""
    deadline = time.monotonic() + TRIES_SECONDS
    while True:
        server = launch(folder, program, user)
        if is_opened(folder, server):
            return True
        if is_joined(folder):
            return False
        if time.monotonic() > deadline:
            tail = (folder / "server.log").read_text(errors="replace")[-2000:]
            raise PostmasterError(f"PostgreSQL did not start: it ended with {server.returncode}\n{tail}")
        time.sleep(0.2)


def launch(folder: Path, program: Path, user: tuple[int, int] | None) -> subprocess.Popen[bytes]:
    """SIGINT, which it gets when we are gone, is its fast shutdown."""
    log = os.open(folder / "server.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    if user is not None:
        os.fchown(log, *user)
    command = dying_with_parent([str(program), "-D", str(folder)], number=signal.SIGINT, user=user)
    try:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/", umask=0o077
        )
    finally:
        os.close(log)
    started[folder] = server
    return server


def is_opened(folder: Path, server: subprocess.Popen[bytes]) -> bool:
    """Wait until it takes connections; False when it ended."""
    wait = Wait(folder, server.pid)
    try:
        while server.poll() is None:
            if running_pid(folder) == server.pid and status(folder) == "ready":
                return True
            wait.look_again()
    except PostmasterError:
        server.kill()
        raise
    return False


def reap(folder: Path) -> None:
    """After its end: nobody is left waiting to be waited for."""
    server = started.pop(folder, None)
    if server is not None:
        server.wait()
