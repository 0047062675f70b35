"""`nanhu network_vpn_config --into FOLDER`: what ocserv lets each person reach, from the reach lists."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.services.network.reach.vpn_config import files


class Command(BaseCommand):
    help = "Write ocserv's default-user-config and config-per-user from the reach lists of today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--into", type=Path, required=True, help="a folder; persons who lost their reach are removed"
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        folder: Path = options["into"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder")
        wanted = files()
        persons = folder / "config-per-user"
        persons.mkdir(exist_ok=True)
        for path in persons.iterdir():
            if f"config-per-user/{path.name}" not in wanted:
                path.unlink()
        for name, text in wanted.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.stdout.write(f"{len(wanted)} files")
