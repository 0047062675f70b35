"""`nanhu read_only show` · `on 原因` · `off`: the emergency read-only mode, from the machine itself."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.kernel import read_only
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.kernel.read_only import switching

BY = Actor.system("nanhu read_only")


class Command(BaseCommand):
    help = "Show, begin or end the emergency read-only mode."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("show", help="is the school read-only, since when and why")
        begin = actions.add_parser("on", help="from now on pages show and change nothing")
        begin.add_argument("reason", help="every page says it")
        actions.add_parser("off", help="everything is as usual")

    def handle(self, *_arguments: Any, action: str, reason: str = "", **_options: Any) -> None:
        try:
            if action == "on":
                switching.begin(by=BY, reason=reason)
            elif action == "off":
                switching.end(by=BY)
        except CampusError as refused:
            raise CommandError(str(refused)) from refused
        spell = read_only.lasting()
        self.stdout.write(
            f"read-only since {spell.began_at:%Y-%m-%d %H:%M} UTC: {spell.reason}" if spell else "as usual"
        )
