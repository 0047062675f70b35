"""Making a backup."""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from nanhu.kernel.backup import postgres
from nanhu.kernel.backup.manifest import FORMAT, Manifest, sums_of
from nanhu.kernel.backup.place import BackupError, Place
from nanhu.kernel.whole_files import sync_folder

DUMP = "database.dump"
OWN_TO_THE_SERVER = "database-"
"""The embedded server's passwords belong to that server, not to the data in it."""
DRAFTS = shutil.ignore_patterns(".*", "*.part")
"""What somebody writes at this moment; no row names it yet."""


def copy_if_there(source: str, target: str) -> None:
    """A file that is removed meanwhile is not one that the dump names: those are swept a day later."""
    with suppress(FileNotFoundError):
        shutil.copy2(source, target)


def make_backup(place: Place, target: Path) -> Manifest:
    """Write `target`, which must not exist: it appears whole, or not at all. The media are copied after the dump, so
    that every file which the dump names is among them."""
    if target.exists():
        raise BackupError(f"{target} exists already; a backup never overwrites another")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    draft.mkdir(mode=0o700)
    try:
        with postgres.snapshot(place.database_url) as (name, server_version, rows):
            postgres.dump(place.database_url, draft / DUMP, snapshot_name=name, server_version=server_version)
        _copy_secrets(place.secrets, draft / "secrets")
        if place.media.is_dir():
            shutil.copytree(place.media, draft / "media", ignore=DRAFTS, copy_function=copy_if_there)
        manifest = Manifest(
            format=FORMAT,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            program=version("nanhu"),
            server_version=server_version,
            has_keyring=(draft / "secrets" / "keyring.json").exists(),
            rows=rows,
            files=sums_of(draft),
        )
        manifest.write(draft)
        _sync(draft)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sync_folder(target.parent)
    return manifest


def _copy_secrets(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    for path in sorted(source.glob("*")):
        if path.is_file() and not path.name.startswith(OWN_TO_THE_SERVER) and path.suffix != ".lock":
            shutil.copy2(path, target / path.name)
            (target / path.name).chmod(0o600)


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)
