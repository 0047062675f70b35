"""What a campus under load spends: seconds of processor and peak memory of its web server and of its PostgreSQL."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from nanhu.kernel.database import embedded

KIB_A_MIB = 1024


def processes(folder: Path, web: int) -> dict[str, int]:
    return {"web": web, "database": embedded.running_pid(folder) or 0}


def family(pid: int) -> Iterator[psutil.Process]:
    """A process and all below it."""
    with suppress(psutil.NoSuchProcess):
        yield psutil.Process(pid)
        yield from psutil.Process(pid).children(recursive=True)


def cpu_of(folder: Path, web: int) -> dict[str, float]:
    """Seconds so far of the server with its workers, and of the PostgreSQL of this data folder alone."""
    spent = {}
    for part, pid in processes(folder, web).items():
        spent[part] = sum(map(seconds_of, family(pid)))
    return spent


def seconds_of(one: psutil.Process) -> float:
    """Of processor so far; 0 where it has ended."""
    with suppress(psutil.NoSuchProcess):
        return float(sum(one.cpu_times()[:2]))
    return 0.0


def peak_memory_of(folder: Path, web: int) -> dict[str, float]:
    """The most MiB that each process had at once (VmHWM), all together. What they share, the database's buffers above all, counts in each."""
    held = {}
    for part, pid in processes(folder, web).items():
        held[part] = 0.0
        for one in family(pid):
            with suppress(OSError):
                lines = Path(f"/proc/{one.pid}/status").read_text(encoding="utf-8").splitlines()
                held[part] += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / KIB_A_MIB
    return held
