"""Writes what the POS emulator is told at its installation: gateway, a dozen terminals with their keys, cards to try."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school
from nanhu.kernel.secret_files import write_private
from nanhu.sample.emulated import host_names
from nanhu.systems.card.sample import chosen_cards, chosen_terminals

TERMINALS = 12
STRANGER = {"uid": "04FFFFFFFFFFFF", "name": "外校来客", "campus_no": "", "note": "不是本校的卡"}


class Command(BaseCommand):
    help = "Write <data folder>/emulators/pos.json for the POS emulator, readable by its owner only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--campus-no", action="append", default=[], help="whose cards come first; may be repeated")
        parser.add_argument("--terminals", type=int, default=TERMINALS)

    def handle(self, **options: Any) -> None:
        terminals = chosen_terminals(options["terminals"])
        cards = [*chosen_cards(options["campus_no"]), STRANGER]
        settings = configuration()
        path = settings.data_dir / "emulators" / "pos.json"
        write_private(
            path,
            {
                "gateway": f"http://127.0.0.1:{settings.gateway_port}",
                "school": school().name,
                "hosts": host_names(settings.public_url, settings.allowed_hosts),
                "terminals": terminals,
                "cards": cards,
            },
        )
        if options["verbosity"]:
            self.stdout.write(f"{path}: {len(terminals)} terminals, {len(cards)} cards")
