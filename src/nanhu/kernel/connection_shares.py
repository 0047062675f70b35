"""Kept connections spread evenly over the processes of one server (connection rebalancing).

Which process takes a connection is chance, and it keeps what it took: of 32 that come at once one of two may hold twenty, and each of those waits
half as long again as the other twelve. So each process writes once a second how many it holds; one with more than its share ends some of them with
their next answer, and who asks again comes in anew. A proxy's and a browser's next request is what such an answer costs them: one connection.
"""

import contextlib
import os
import time
from pathlib import Path

from nanhu.kernel.secret_files import private_folder
from nanhu.kernel.whole_files import write_whole

SUFFIX = ".connections"
FRESH_SECONDS = 5.0
SILENT_SECONDS = 60.0


class ConnectionShares:
    """`look` is told what this process holds; `takes_leave` says of an answer whether its connection is one too many."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "processes"
        self.surplus = 0

    def look(self, held: int) -> None:
        private_folder(self.folder)
        write_whole(self.folder / f"{os.getpid()}{SUFFIX}", f"{os.getppid()} {held} {birth_of(os.getpid())[1]}")
        self.surplus = surplus_of(held, [*siblings(self.folder), held])

    def takes_leave(self) -> bool:
        """Two threads at once may both take the last place: one connection more or less."""
        if self.surplus <= 0:
            return False
        self.surplus -= 1
        return True


def siblings(folder: Path) -> list[int]:
    """What the other processes of the same server held a moment ago; what processes left that are gone is removed."""
    found, now = [], time.time()
    for path in folder.glob(f"*{SUFFIX}"):
        with contextlib.suppress(OSError, ValueError):
            age = now - path.stat().st_mtime
            if age > FRESH_SECONDS:
                if not is_alive(path):
                    path.unlink()
                continue
            server, held, _born = map(int, path.read_text().split())
            if server == os.getppid() and path.stem != str(os.getpid()):
                found.append(held)
    return found


def silent_processes(data_dir: Path) -> list[int]:
    """Which processes of servers live and have not come to the end of a look at their connections for a minute."""
    found, now = [], time.time()
    for path in (data_dir / "processes").glob(f"*{SUFFIX}"):
        with contextlib.suppress(FileNotFoundError):  # its process has ended, and a sibling removed it
            if is_alive(path) and now - path.stat().st_mtime > SILENT_SECONDS:
                found.append(int(path.stem))
    return sorted(found)


def is_alive(path: Path) -> bool:
    """Whether who wrote this file still runs: a process with its number, of the same parent and age, for numbers are given again (where a
    machine or a container begins anew often the same to the same)."""
    try:
        server, _held, born = path.read_text().split()
        return birth_of(path.stem) == (server, born)
    except (OSError, ValueError):
        return False


def birth_of(process: int | str) -> tuple[str, str]:
    """Its parent, and when it began (Linux: proc_pid_stat, in ticks since the machine did)."""
    facts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return facts[1], facts[19]


def surplus_of(held: int, all_held: list[int]) -> int:
    """Above the mean, but for a sixteenth: two that differ by one or two shall leave each other in peace."""
    mean = sum(all_held) / len(all_held)
    return max(0, int(held - mean - max(1.0, mean / 16)))
