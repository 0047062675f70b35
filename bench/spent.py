"""What a campus under load spends: seconds of processor and resident memory of its web server and of its PostgreSQL."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from nanhu.kernel.database import embedded

MIB = 2**20


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
        spent[part] = 0.0
        for one in family(pid):
            with suppress(psutil.NoSuchProcess):
                spent[part] += sum(one.cpu_times()[:2])
    return spent


def memory_of(folder: Path, web: int) -> dict[str, float]:
    """MiB that are theirs alone (USS): what processes share, the database's buffers above all, counts in none of them."""
    held = {}
    for part, pid in processes(folder, web).items():
        held[part] = 0.0
        for one in family(pid):
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                held[part] += one.memory_full_info().uss / MIB
    return held
