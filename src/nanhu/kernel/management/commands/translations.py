"""`nanhu translations update|compile|check [folders…]`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nanhu.kernel.translations import command


class Command(BaseCommand):
    help = "Bring the English catalogues up to the sources, compile them, or check them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        command.add_arguments(parser)

    def handle(self, *_: object, action: str, paths: list[Path], quiet: bool, **__: Any) -> None:
        if not command.run(action, paths, self.stdout.write, quiet=quiet):
            message = "the translations are not complete"
            raise CommandError(message)
