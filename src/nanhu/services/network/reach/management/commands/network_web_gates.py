"""`nanhu network_web_gates --into FOLDER`: an Apache in front of each resource that has a 网页入口."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.services.network.reach.web_gates import files


class Command(BaseCommand):
    help = "Write Apache's virtual hosts of the resources that are opened from outside in a browser."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--into", type=Path, required=True, help="a folder; the file of a gate that is no more is removed"
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        folder: Path = options["into"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder")
        wanted = files(str(folder.resolve()))
        for path in folder.glob("*.conf"):
            if path.name not in {*wanted, "tls.conf"}:
                path.unlink()
        for name, text in wanted.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.stdout.write(f"{len(wanted)} files")
