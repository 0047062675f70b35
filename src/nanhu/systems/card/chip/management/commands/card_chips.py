"""Makes the chips that the emulators hold: purses for the cards in their pockets, PSAMs for their terminals."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.kernel.secret_files import write_private
from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.models import Algorithm, Chip, MasterKey
from nanhu.systems.card.chip.services import keys, making
from nanhu.systems.card.chip.services.delivery import card_facts
from nanhu.systems.card.models import Card

CONFIGURATIONS = ("pos.json", "kiosks.json")


class Command(BaseCommand):
    help = (
        "Write <data folder>/emulators/chip.json: the chips of the cards that the POS and kiosk emulators are to try."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--algorithm", choices=Algorithm.values, default=Algorithm.TRIPLE_DES)
        parser.add_argument("--new-keys", action="store_true", help="make a new version of the master keys first")

    def handle(self, **options: Any) -> None:
        by = Actor.system("card_chips")
        uids, terminals = known_to_emulators()
        with transaction.atomic():
            if options["new_keys"] or keys.current_version() is None:
                keys.make_master_keys(by=by, algorithm=options["algorithm"], reason="card_chips")
            cards = Card.objects.filter(uid__in=uids).select_related("wallet").order_by("pk")
            making.make_purses(by=by, cards=cards, is_filled=True)
        found = [card_facts(chip) for chip in Chip.objects.filter(card__in=cards).select_related("card")]
        modules = [psam_facts(number) for number in sorted(terminals)]
        write_private(configuration().data_dir / "emulators" / "chip.json", {"cards": found, "psams": modules})
        if options["verbosity"]:
            self.stdout.write(f"{len(found)} cards, {len(modules)} PSAMs")


def known_to_emulators() -> tuple[set[str], set[str]]:
    """Cards and terminals that stand in the emulators' files."""
    uids: set[str] = set()
    terminals: set[str] = set()
    for name in CONFIGURATIONS:
        path = configuration().data_dir / "emulators" / name
        if path.exists():
            told = json.loads(path.read_text("utf-8"))
            uids |= {one["uid"] for one in told.get("cards", ())}
            terminals |= {one["number"] for one in told.get("terminals", ())}
    return uids, terminals


def psam_facts(number: str) -> dict[str, Any]:
    """A terminal's module holds the purchase masters of every version, nothing else."""
    rows = MasterKey.objects.filter(usage=MasterKey.Usage.PURCHASE)
    return {
        "terminal": number,
        "code": messages.terminal_code(number).hex(),
        "masters": {str(row.version): row.material for row in rows},
        "algorithms": {str(row.version): row.algorithm for row in rows},
    }
