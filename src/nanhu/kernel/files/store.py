"""The store on disk: `media/files/ab/abcd…`, written whole or not at all, read-only and for its owner alone."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from nanhu.kernel.configuration import configuration
from nanhu.kernel.files.errors import DamagedFileError
from nanhu.kernel.secret_files import private_folder
from nanhu.kernel.whole_files import sync_folder, write_whole


def folder() -> Path:
    return configuration().media_dir / "files"


def path_of(sha256: str) -> Path:
    return folder() / sha256[:2] / sha256


def address_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(content: bytes) -> str:
    """Its address. On the disk when this returns, also after a power cut."""
    sha256 = address_of(content)
    path = path_of(sha256)
    with suppress(FileNotFoundError, DamagedFileError):
        get(sha256)
        path.touch()
        return sha256
    private_folder(private_folder(folder()) / sha256[:2])
    write_whole(path, content, mode=0o400, is_kept=True)
    sync_folder(path.parent.parent)
    return sha256


def get(sha256: str) -> bytes:
    """What was put there, or DamagedFileError."""
    try:
        content = path_of(sha256).read_bytes()
    except OSError as missing:
        raise DamagedFileError from missing
    if address_of(content) != sha256:
        raise DamagedFileError
    return content


def all_paths() -> Iterator[Path]:
    """Drafts of who was killed, too."""
    yield from (path for path in folder().glob("??/*") if path.is_file())
