"""Log files of supervised processes stay bounded: at a size the file is set aside once, and the process writes on."""

import os
import shutil
from pathlib import Path

LARGEST_BYTES = 20 * 1024 * 1024


def keep_bounded(log: Path, *, largest: int = LARGEST_BYTES) -> None:
    """The process keeps its open file, which it appends to: so the text is copied away and the file cut to nothing.
    What was written between the two steps is lost."""
    if log.stat().st_size <= largest:
        return
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)
