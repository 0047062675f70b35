"""One campus a data folder: a second would take database and ports away under the first, or under one that still stops."""

import fcntl
from pathlib import Path
from typing import IO

from nanhu.kernel.secret_files import private_folder

held: list[IO[str]] = []
"""Until this process ends, however it ends."""


def hold(data_dir: Path) -> bool:
    """False while another process holds it."""
    folder = data_dir / "processes"
    private_folder(folder)
    file = (folder / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    held.append(file)
    return True
