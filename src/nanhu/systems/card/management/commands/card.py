"""`nanhu card emulator-config`: hands the emulated devices their numbers and keys, as a technician would."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from nanhu.kernel.configuration import configuration
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card, PosTerminal

MOST_CARDS = 24
PER_CANTEEN = 4


class Command(BaseCommand):
    help = "Writes the file from which the POS emulator knows its terminals, keys and some cards to tap."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["emulator-config"])
        parser.add_argument(
            "--campus-no", action="append", default=[], help="whose cards lie beside the device; repeatable"
        )

    def handle(self, *_arguments: Any, campus_no: list[str], **options: Any) -> None:
        target = configuration().data_dir / "emulators" / "pos.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "gateway": f"http://127.0.0.1:{configuration().gateway_port}",
            "terminals": terminals(),
            "cards": sample_cards(campus_no),
        }
        target.touch(mode=0o600)
        target.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        if options["verbosity"]:
            self.stdout.write(f"{target}: {len(content['terminals'])} terminals, {len(content['cards'])} cards")


def terminals() -> list[dict[str, Any]]:
    """A few devices of every place."""
    chosen: dict[str, list[PosTerminal]] = {}
    for terminal in PosTerminal.objects.filter(state="on").select_related("merchant").order_by("merchant_id", "number"):
        chosen.setdefault(terminal.merchant.canteen, []).append(terminal)
    return [
        {
            "number": one.number, "key": one.key, "merchant": one.merchant.name, "canteen": one.merchant.canteen,
            "place": one.place,
        }
        for group in chosen.values()
        for one in group[:PER_CANTEEN]
    ]  # fmt: skip


def sample_cards(campus_numbers: list[str]) -> list[dict[str, str]]:
    """Cards that lie beside the device: those asked for first, then some of every class."""
    wanted = [person for number in campus_numbers if (person := people.find_person_by_campus_no(number)) is not None]
    cards = list(Card.objects.filter(person_id__in=wanted))
    for card_class in Card.Class.values:
        with_money = Card.objects.filter(card_class=card_class, wallet__account__balance__balance_fen__gt=0)
        cards += with_money.order_by("id")[: MOST_CARDS // 3]
    names = people.person_cards([card.person_id for card in cards])
    return [
        {"uid": card.uid, "name": names[card.person_id].name, "class": str(Card.Class(card.card_class).label)}
        for card in dict.fromkeys(cards)
    ]
