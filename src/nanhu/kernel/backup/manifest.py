"""The list of what a backup holds, by which a copy proves itself."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from nanhu.kernel.backup.place import BackupError

FORMAT = 1
NAME = "manifest.json"
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`rows` counts every table at the moment of the dump; `files` maps each path to its SHA-256 sum."""

    format: int
    made_at: str
    program: str
    server_version: int
    has_keyring: bool
    rows: dict[str, int]
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), indent=2, sort_keys=True) + "\n", "utf-8")

    @classmethod
    def read(cls, folder: Path) -> Self:
        try:
            document = json.loads((folder / NAME).read_text("utf-8"))
            if document["format"] != FORMAT:
                raise BackupError(f"backup format {document['format']} is unknown to this release")
            return cls(**document)
        except OSError as problem:
            raise BackupError(f"{folder} is no backup: {NAME}: {problem.strerror}") from None
        except (KeyError, TypeError, ValueError) as problem:
            raise BackupError(f"{folder / NAME} is damaged: {problem}") from None


def sum_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sums_of(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    return {path.relative_to(folder).as_posix(): sum_of(path) for path in paths}


def verify(folder: Path, manifest: Manifest) -> None:
    """Refuse a backup of which a file is missing, changed, or not on the list."""
    found = sums_of(folder)
    wrong = sorted(path for path in found.keys() | manifest.files.keys() if found.get(path) != manifest.files.get(path))
    if wrong:
        raise BackupError(f"the backup is damaged, nothing was restored: {', '.join(wrong[:5])}")
