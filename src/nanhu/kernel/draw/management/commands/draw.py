"""`nanhu draw list|publish|verifier`: draws, what each publishes, and the program that repeats one."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nanhu.kernel.draw.models import Draw
from nanhu.kernel.draw.queries import VERIFIER, proof_of, published


class Command(BaseCommand):
    help = "Show draws, write what one publishes, print the program that repeats it."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="key, state, entries and commitment of each")
        public = actions.add_parser("publish", help="the public file of a draw, as JSON")
        public.add_argument("key")
        proof = actions.add_parser("proof", help="what an entrant is shown, by the token that only he knows")
        proof.add_argument("key")
        proof.add_argument("token")
        actions.add_parser("verifier", help="print the program that repeats a draw with Python alone")

    def handle(self, *_: object, action: str, **options: Any) -> None:
        getattr(self, action)(options)

    def list(self, _options: dict[str, Any]) -> None:
        for draw in Draw.objects.order_by("opened_at"):
            self.stdout.write(f"{draw.key}  {draw.state}  {draw.entry_count} entries  {draw.commitment}")

    def publish(self, options: dict[str, Any]) -> None:
        self.write(published(drawn_as(options["key"])))

    def proof(self, options: dict[str, Any]) -> None:
        entry = drawn_as(options["key"]).entries.filter(token=options["token"]).first()
        if entry is None:
            raise CommandError("no entry has this token")
        self.write(proof_of(entry))

    def verifier(self, _options: dict[str, Any]) -> None:
        self.stdout.write(VERIFIER.read_text("utf-8"))

    def write(self, document: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=1))


def drawn_as(key: str) -> Draw:
    draw = Draw.objects.filter(key=key).first()
    if draw is None:
        raise CommandError(f"no draw has the key {key}")
    return draw
