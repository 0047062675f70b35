"""Secrets made at first use and kept in the data folder, never in the repository."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def generated_secret(path: Path, *, size: int = 48) -> str:
    """The secret kept at `path`, made at first use. Safe when two processes start together: the first link wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(size))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
