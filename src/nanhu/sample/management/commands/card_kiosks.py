"""Writes what the emulated kiosks are told at their installation: addresses, machines with their keys, cards and documents."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand

from nanhu.kernel.configuration import configuration
from nanhu.kernel.school import school
from nanhu.kernel.secret_files import write_private
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Terminal
from nanhu.sample.emulated import host_names
from nanhu.systems.card.sample import chosen_cards

KINDS = ("load_kiosk", "reissue_kiosk", "self_service_kiosk")


class Command(BaseCommand):
    help = "Write <data folder>/emulators/kiosks.json for the kiosk emulator, readable by its owner only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--campus-no", action="append", default=[], help="whose cards come first; may be repeated")
        parser.add_argument(
            "--document", action="append", default=[], metavar="ID:NAME:CAMPUS_NO", help="an identity card to try"
        )

    def handle(self, **options: Any) -> None:
        settings = configuration()
        terminals = [
            terminal_facts(one)
            for one in Terminal.objects.filter(state="on", kind__in=KINDS).order_by("kind", "number")
        ]
        cards = chosen_cards(options["campus_no"])
        path = settings.data_dir / "emulators" / "kiosks.json"
        write_private(
            path,
            {
                "gateway": f"http://127.0.0.1:{settings.gateway_port}",
                "services": f"http://127.0.0.1:{settings.web_port}",
                "school": school().name,
                "hosts": host_names(settings.public_url, settings.allowed_hosts),
                "terminals": terminals,
                "cards": cards,
                "documents": documents(options["document"]),
            },
        )
        if options["verbosity"]:
            self.stdout.write(f"{path}: {len(terminals)} kiosks, {len(cards)} cards")


def terminal_facts(terminal: Terminal) -> dict[str, str]:
    return {"number": terminal.number, "key": terminal.key, "kind": terminal.kind, "place": terminal.place}


def documents(asked: Iterable[str]) -> list[dict[str, str]]:
    """The sample's own identity cards, given by the sample: the house hands out no ID numbers."""
    found = []
    for one in asked:
        id_number, name, campus_no = one.split(":")
        if people.find_person_by_campus_no(campus_no) is not None:
            found.append({"id_number": id_number, "name": name, "campus_no": campus_no})
    return found
