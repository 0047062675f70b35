"""Commands that write what another program is configured by into a folder: `--into FOLDER`."""

import os
from argparse import ArgumentParser
from pathlib import Path
from tempfile import mkstemp
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError


class FolderCommand(BaseCommand):
    into: ClassVar[str] = ""
    """What becomes of files that are there already."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--into", type=Path, required=True, help=f"a folder; {self.into}")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        folder: Path = options["into"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder")
        self.stdout.write(f"{self.write(folder)} files")

    def write(self, folder: Path) -> int:
        """How many files were written."""
        raise NotImplementedError


def put_in_place(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Whole or not at all, for the program that reads it may come at any moment, and never through a link that stands there. Root gives it to
    whose folder it is."""
    descriptor, draft = mkstemp(dir=path.parent, prefix=".nanhu-")  # a file that was not there, 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if os.geteuid() == 0:
                owner = path.parent.stat()
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
            file.write(text)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
