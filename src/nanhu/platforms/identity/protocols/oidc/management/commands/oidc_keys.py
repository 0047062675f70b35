"""`nanhu oidc_keys`: the keys that sign ID tokens."""

from argparse import ArgumentParser
from getpass import getuser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time
from nanhu.platforms.identity.protocols.oidc.models import SigningKey
from nanhu.platforms.identity.protocols.oidc.services import keys


class Command(BaseCommand):
    help = "List, rotate or distrust the keys of the OpenID Connect provider."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="what", required=True)
        actions.add_parser("list", help="every key with its state")
        rotate = actions.add_parser("rotate", help="next signs, current only verifies from now on")
        rotate.add_argument("--reason", default="console")
        distrust = actions.add_parser("distrust", help="the key leaked: nothing it signed counts any more")
        distrust.add_argument("kid")
        distrust.add_argument("--reason", required=True)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        by = Actor(account_id=None, name=f"console:{getuser()}")
        getattr(self, options["what"])(by, options)

    def list(self, _by: Actor, _options: dict[str, Any]) -> None:
        keys.ensure_keys()
        for key in SigningKey.objects.order_by("-pk"):
            state = "distrusted" if key.distrusted_at else key.state
            self.stdout.write(f"{state:10} {key.kid}  made {campus_time(key.created_at):%Y-%m-%d %H:%M}")

    def rotate(self, by: Actor, options: dict[str, Any]) -> None:
        self.stdout.write(f"signs from now on: {keys.rotate(by=by, reason=options['reason'])}")

    def distrust(self, by: Actor, options: dict[str, Any]) -> None:
        try:
            keys.distrust(by=by, kid=options["kid"], reason=options["reason"])
        except SigningKey.DoesNotExist as error:
            raise CommandError(f"no such key: {options['kid']}") from error
        self.stdout.write("distrusted; every process forgets it within half a minute")
