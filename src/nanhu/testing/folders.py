"""Folders for databases of tests: in memory, on a machine that has plenty, otherwise where temporary files stand."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - each folder in it is made anew
ROOM = 10 << 30
"""Bytes. The databases of four workers and their schools take four of them."""


def fresh(kind: str) -> Path:
    """An empty one, which others may enter; whoever asks removes it. Those of processes that were killed go first.

    A database has 1,500 files: made in memory 0.05 ms each, on a disk up to 0.7 (ext4 without a journal looks for a place that
    nothing had of late, and each run throws away tens of thousands).
    """
    where = memory()
    if where is not None:
        remove_abandoned(where)
    folder = Path(tempfile.mkdtemp(prefix=f"nanhu-{kind}-{os.getpid()}-{namespace()}-", dir=where))
    folder.chmod(0o755)
    return folder


@contextmanager
def temporary(kind: str) -> Iterator[Path]:
    folder = fresh(kind)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def memory() -> Path | None:
    if not os.access(MEMORY, os.W_OK):
        return None
    found = os.statvfs(MEMORY)
    return MEMORY if min(found.f_bavail * found.f_frsize, available()) >= ROOM else None


def available() -> int:
    """Bytes that processes can have before the machine swaps; 0 where the kernel does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), 0)


def remove_abandoned(where: Path) -> None:
    """Memory that a killed run has left would be taken until the machine starts anew. Of another container that shares this memory
    nobody here knows which processes live."""
    for folder in where.glob(f"nanhu-*-*-{namespace()}-*"):
        pid = folder.name.split("-")[2]
        if pid.isdecimal() and not Path("/proc", pid).exists():
            shutil.rmtree(folder, ignore_errors=True)


def namespace() -> int:
    """Within which a process has its number; 0 where the kernel does not tell."""
    try:
        return Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return 0
