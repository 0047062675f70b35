"""`nanhu backup --to FOLDER`: database, secrets and media, in a folder that must not exist yet."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nanhu.kernel import audit, clock
from nanhu.kernel.actors import Actor
from nanhu.kernel.backup import place
from nanhu.kernel.backup.making import make_backup
from nanhu.kernel.configuration import configuration
from nanhu.kernel.models import Heartbeat


class Command(BaseCommand):
    help = "Write database, secrets and media into one folder, while the campus runs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="must not exist yet")

    def handle(self, *_arguments: object, to: Path, **_options: Any) -> None:
        here = place.place_of(configuration())
        try:
            manifest = make_backup(here, to.resolve())
        except place.BackupError as problem:
            raise CommandError(str(problem)) from problem
        Heartbeat.objects.update_or_create(name="backup", defaults={"seen_at": clock.now()})
        facts = {"rows": sum(manifest.rows.values()), "files": len(manifest.files)}
        audit.record(by=Actor.system("nanhu backup"), action="kernel.backup", target=str(to), facts=facts)
        self.stdout.write(f"{to}: {facts['rows']} rows of {len(manifest.rows)} tables, {facts['files']} files")
        if not manifest.has_keyring:
            self.stderr.write(
                "The keyring is not in this backup: NANHU_KEYRING gives it, so keep it where you keep your secrets."
                if here.has_given_keyring
                else "There is no keyring yet, because nothing has been encrypted."
            )
        elif not here.has_given_keyring:
            self.stderr.write(
                "This folder holds the keys to what is in it. Store it encrypted, and not beside the server."
            )
