"""One campus a data folder: a second would take database and ports away under the first, or under one that still stops."""

from pathlib import Path
from typing import IO

from nanhu.kernel.file_locks import lock_of
from nanhu.kernel.secret_files import private_folder

held: list[IO[str]] = []
"""Until this process ends, however it ends."""


def hold(data_dir: Path) -> bool:
    """False while another process holds it."""
    folder = data_dir / "processes"
    private_folder(folder)
    file = lock_of(folder / "lock")
    if file is not None:
        held.append(file)
    return file is not None
