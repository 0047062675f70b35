"""A lock that is a file's: whoever holds it and ends, however he ends, lets go of it."""

import fcntl
from pathlib import Path
from typing import IO


def lock_of(path: Path) -> IO[str] | None:
    """Held until what it gives is closed; None while another holds it."""
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
