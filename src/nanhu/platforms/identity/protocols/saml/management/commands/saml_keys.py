"""`nanhu saml_keys`: the signing keys of the SAML provider, and their change without anybody being locked out."""

from argparse import ArgumentParser
from collections.abc import Callable
from getpass import getuser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.protocols.saml.models import SigningKey
from nanhu.platforms.identity.protocols.saml.services import keys

STEPS = {
    "list": "the keys, with their fingerprints",
    "announce": "make a new key and publish its certificate beside the present one",
    "switch": "sign with the announced key; the former stays published (wait until all partners have fetched it: a week)",
    "withdraw": "take former keys out of the metadata",
}

CHANGES: dict[str, Callable[..., object]] = {
    "announce": keys.announce,
    "switch": keys.switch,
    "withdraw": keys.withdraw,
}


class Command(BaseCommand):
    help = "Show the SAML signing keys, or change them in three steps: announce, switch, withdraw."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="what", required=True)
        for what, text in STEPS.items():
            actions.add_parser(what, help=text)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        by = Actor(account_id=None, name=f"console:{getuser()}")
        try:
            if options["what"] != "list":
                CHANGES[options["what"]](by=by)
        except CampusError as error:
            raise CommandError(error.message) from error
        self.show()

    def show(self) -> None:
        keys.signing_pair()
        for row in SigningKey.objects.order_by("pk"):
            since = f"{campus_time(row.changed_at):%Y-%m-%d %H:%M}"
            self.stdout.write(f"{row.state:<10} since {since}  sha256 {keys.fingerprint(row.certificate)}")
