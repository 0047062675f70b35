"""How many large tables this machine reads in at once: each has an engine of its own, and memory is bounded."""

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


@contextmanager
def place(*, waits: Callable[[str], None] | None = None) -> Iterator[None]:
    """One of the places is ours; whoever is killed lets go of it. Where none is free it is told to `waits` and waited for, or refused."""
    while (held := free_place()) is None:
        busy = LargeTablesBusyError(most=configuration().large_tables_at_once)
        if waits is None:
            raise busy
        waits(busy.message)
        time.sleep(LOOK_SECONDS)
    with held:
        yield


def free_place() -> IO[str] | None:
    folder = private_folder(folder_of("."))
    places = range(max(1, configuration().large_tables_at_once))
    locks = (lock_of(folder / f".place-{number}") for number in places)
    return next((one for one in locks if one is not None), None)
