"""Secrets made at first use and kept in the data folder, never in the repository."""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from nanhu.kernel.whole_files import write_whole


def made_secret(size: int) -> str:
    """Of letters that stand in any address or file; it begins with no "-", which the programs that people hand it to take for an option."""
    while (made := secrets.token_urlsafe(size)).startswith("-"):
        pass
    return made


def generated_secret(path: Path, *, size: int = 48) -> str:
    """The secret kept at `path`, made at first use. Safe when two processes start together: the first link wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(made_secret(size))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def private_folder(path: Path) -> Path:
    """The folder, made where it is missing, open to this user alone: for what holds names and numbers of persons."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path


def write_private(path: Path, value: object) -> None:
    """As JSON, whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=1))
