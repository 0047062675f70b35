"""`nanhu run`: migrates and runs the whole campus on this machine, without the sample."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from nanhu.kernel.configuration import configuration
from nanhu.kernel.processes import Supervisor, processes


class Command(BaseCommand):
    help = "Migrate the database and run web, worker and gateway on this machine until stopped."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        settings = configuration()
        Supervisor(processes, settings).run(lambda: self.stdout.write(f"Nanhu serves at {settings.public_url}"))
