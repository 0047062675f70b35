"""`nanhu terminal N103A off --reason 失窃`: what the technician does to one terminal."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.platforms.terminals.models import Terminal
from nanhu.platforms.terminals.services import keys, states

BY = Actor.system("terminal-command")


class Command(BaseCommand):
    help = "Switch a terminal off or on, or give it a new key (printed once)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number")
        parser.add_argument("action", choices=["on", "off", "new-key"])
        parser.add_argument("--reason", required=True)

    def handle(self, *_arguments: Any, number: str, action: str, reason: str, **_options: Any) -> None:
        try:
            if action == "new-key":
                terminal = keys.renew_key(by=BY, number=number, reason=reason)
                self.stdout.write(f"{number} key {terminal.key_version}: {terminal.key}")
            else:
                states.switch(by=BY, number=number, state=Terminal.State(action), reason=reason)
                self.stdout.write(f"{number}: {action}")
        except CampusError as expected:
            raise CommandError(expected.message) from expected
