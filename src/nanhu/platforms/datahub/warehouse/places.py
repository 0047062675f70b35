"""How many large tables this machine reads in at once: each has an engine of its own, and memory is bounded. Twice as many sources may
be asked meanwhile (of a worker's eight at most six), for a slow one takes hours of its network and no memory of ours."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Final

from nanhu.kernel.configuration import configuration
from nanhu.kernel.file_locks import lock_of
from nanhu.kernel.secret_files import private_folder
from nanhu.platforms.datahub.errors import LargeTablesBusyError
from nanhu.platforms.datahub.warehouse.declared import folder_of

LOOK_SECONDS: Final = 1
ASKED_A_PLACE: Final = 2
MOST_ASKED: Final = 6
"""Of the eight sources that a worker reads at once: small ones need not wait hours for large ones."""


@contextmanager
def place(*, waits: Callable[[str], None] | None = None) -> Iterator[None]:
    """One of the places is ours; whoever is killed lets go of it. Where none is free it is told to `waits` and waited for, or refused."""
    while (held := free_place()) is None:
        busy = LargeTablesBusyError(most=most_at_once())
        if waits is None:
            raise busy
        waits(busy.message)
        time.sleep(LOOK_SECONDS)
    with held:
        yield


@contextmanager
def asking() -> Iterator[None]:
    """One of the sources that are asked is ours, until it is read in; refused where so many are."""
    if (held := free_lock("source", most_fetching())) is None:
        raise LargeTablesBusyError(most=most_fetching())
    with held:
        yield


def most_fetching() -> int:
    return max(most_at_once(), min(ASKED_A_PLACE * most_at_once(), MOST_ASKED))


def most_at_once() -> int:
    return max(1, configuration().large_tables_at_once)


def free_place() -> IO[str] | None:
    return free_lock("place", most_at_once())


def free_lock(name: str, most: int) -> IO[str] | None:
    folder = private_folder(folder_of("."))
    locks = (lock_of(folder / f".{name}-{number}") for number in range(most))
    return next((one for one in locks if one is not None), None)
