"""Commands that write what another program is configured by into a folder: `--into FOLDER`."""

from argparse import ArgumentParser
from pathlib import Path
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
