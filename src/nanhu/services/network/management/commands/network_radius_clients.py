"""`nanhu network_radius_clients --into FOLDER`: the registered NAS as clients of FreeRADIUS, with their secrets."""

from argparse import ArgumentParser
from getpass import getuser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.services.network.radius_clients import HEAD, NAME, files

FOR_OWNER = 0o600


class Command(BaseCommand):
    help = "Write clients-nas-<application>.conf for FreeRADIUS from the registered NAS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--into", type=Path, required=True, help="a folder; files of the same names are replaced")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        folder: Path = options["into"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder")
        written = {path.name: HEAD for path in folder.glob(NAME.format(key="*"))} | files()
        for name, text in written.items():
            path = folder / name
            path.touch(mode=FOR_OWNER)
            path.chmod(FOR_OWNER)
            path.write_text(text, encoding="utf-8")
        by = Actor(account_id=None, name=f"console:{getuser()}")
        audit.record(by=by, action="network.write_clients", target="network-nas:*", facts={"files": sorted(written)})
        self.stdout.write(f"{len(written)} files")
