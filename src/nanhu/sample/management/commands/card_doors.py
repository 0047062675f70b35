"""Writes what the emulated doors are told at their installation: the address, doors with their keys, cards to try."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school
from nanhu.kernel.secret_files import write_private
from nanhu.platforms.terminals.api import Terminal
from nanhu.sample.emulated import host_names
from nanhu.sample.management.commands.card_emulator import STRANGER
from nanhu.systems.card.sample import chosen_cards


class Command(BaseCommand):
    help = "Write <data folder>/emulators/doors.json for the door emulator, readable by its owner only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--campus-no", action="append", default=[], help="whose cards come first; may be repeated")

    def handle(self, **options: Any) -> None:
        settings = configuration()
        doors = Terminal.objects.filter(state="on", kind="door", door__isnull=False).order_by("door__place", "number")
        terminals = [{"number": one.number, "key": one.key, "place": one.place} for one in doors]
        path = settings.data_dir / "emulators" / "doors.json"
        write_private(
            path,
            {
                "services": f"http://127.0.0.1:{settings.web_port}",
                "school": school().name,
                "hosts": host_names(settings.public_url, settings.allowed_hosts),
                "terminals": terminals,
                "cards": [*chosen_cards(options["campus_no"]), STRANGER],
            },
        )
        if options["verbosity"]:
            self.stdout.write(f"{path}: {len(terminals)} doors")
