"""`nanhu restore --from FOLDER [--replace]`: put a backup in place, and prove that it is whole."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.backup import place
from nanhu.kernel.backup.restoring import restore
from nanhu.kernel.configuration import configuration


class Command(BaseCommand):
    help = "Restore a backup into the configured database and data folder."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", type=Path, required=True, metavar="FOLDER", dest="source")
        parser.add_argument("--replace", action="store_true", help="drop what the database holds now")

    def handle(self, *_arguments: object, source: Path, replace: bool, **_options: Any) -> None:
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()  # ours would count as somebody who uses the database
        try:
            manifest = restore(place.place_of(configuration()), source.resolve(), replace=replace)
        except place.BackupError as problem:
            raise CommandError(str(problem)) from problem
        facts = {"made_at": manifest.made_at, "program": manifest.program}
        audit.record(by=Actor.system("nanhu restore"), action="kernel.restore", target=str(source), facts=facts)
        self.stdout.write(
            f"restored the backup of {manifest.made_at}: {sum(manifest.rows.values())} rows of {len(manifest.rows)} "
            "tables counted, every key opens its values. Now run: nanhu migrate, then nanhu doctor"
        )
