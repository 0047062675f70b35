"""`nanhu migrate`: Django's, and quick where there are no tables yet."""

from contextlib import nullcontext
from typing import Any

from django.core.management.commands import migrate

from nanhu.kernel.database.new_tables import is_empty, models_rendered_late


class Command(migrate.Command):
    def handle(self, *arguments: Any, **options: Any) -> None:
        with models_rendered_late() if is_empty(options["database"]) else nullcontext():
            super().handle(*arguments, **options)
