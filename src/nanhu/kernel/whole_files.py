"""Files that are there whole or not at all: written beside their place, then put there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def beside(path: Path, *, mode: int = 0o600, is_kept: bool = False) -> Iterator[BinaryIO]:
    """What is written stands at `path` once the block ends well; a reader never sees half of it, and two writers end with one of theirs. Never
    through a link that stands there. Root gives it to whose folder it is. `is_kept`: it survives a power cut."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")  # a new file, 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if os.geteuid() == 0:
                owner = path.parent.stat()
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
            yield file
            file.flush()
            os.fchmod(descriptor, mode)
            if is_kept:
                os.fsync(descriptor)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    if is_kept:
        sync_folder(path.parent)


def write_whole(path: Path, content: str | bytes, *, mode: int = 0o600, is_kept: bool = False) -> None:
    with beside(path, mode=mode, is_kept=is_kept) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
