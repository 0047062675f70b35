"""Makes the chips that the emulators hold: purses for the cards in their pockets, PSAMs for their terminals."""

import json
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.platforms.people import api as people
from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.models import Algorithm, Chip, MasterKey
from nanhu.systems.card.chip.services import keys, making
from nanhu.systems.card.management.commands.card_emulator import write_private
from nanhu.systems.card.models import Card
from nanhu.systems.card.pins.services.changing import initial_for
from nanhu.systems.card.pins.services.limits import limits_of

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
        uids, terminals = told_to_emulators()
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


def told_to_emulators() -> tuple[set[str], set[str]]:
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


def card_facts(chip: Chip) -> dict[str, Any]:
    """What the factory writes into a card: its own keys, no master."""
    own, limits = keys.card_keys(chip), limits_of(chip.card)
    holder = people.person_card(chip.card.person_id)
    number = holder.affiliations[0].campus_no if holder and holder.affiliations else ""
    return {
        "uid": chip.card.uid, "serial": chip.serial, "algorithm": own.algorithm, "key_version": own.version,
        "load_key": own.load.hex(), "purchase_key": own.purchase.hex(), "tac_key": own.tac.hex(), "pin": first_pin(chip.card),
        "name": holder.name if holder else "", "campus_no": number, "valid_until": f"{chip.card.valid_until:%Y%m%d}",
        "balance_fen": chip.opening_chip_fen, "meal_limit": limits.meal_fen, "daily_limit": limits.daily_fen,
    }  # fmt: skip


def first_pin(card: Card) -> str:
    """As the house's own first PIN; where none can be made, one that nobody is told."""
    return initial_for(card, "payment") or f"{secrets.randbelow(10**6):06d}"


def psam_facts(number: str) -> dict[str, Any]:
    """A terminal's module holds the purchase masters of every version, nothing else."""
    rows = MasterKey.objects.filter(usage=MasterKey.Usage.PURCHASE)
    return {
        "terminal": number, "code": messages.terminal_code(number).hex(),
        "masters": {str(row.version): row.material for row in rows},
        "algorithms": {str(row.version): row.algorithm for row in rows},
    }  # fmt: skip
