"""`nanhu radius_key`: a new key for a program that checks passwords, and the files it needs."""

from argparse import ArgumentParser, BooleanOptionalAction
from getpass import getuser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext_noop

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.protocols.radius.models import RadiusClient
from nanhu.platforms.identity.protocols.radius.services import clients
from nanhu.platforms.identity.protocols.radius.snippets import files_for
from nanhu.platforms.identity.registry.services import rules
from nanhu.platforms.identity.services.applications import register_application

VPN = "vpn"
ADMITTED = {VPN: "staff", "wifi": "guests"}


class Command(BaseCommand):
    help = "Make a key for the FreeRADIUS or Dovecot of an application, and write its configuration files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("application", help="key of the application in the registry")
        parser.add_argument(
            "--service", choices=RadiusClient.Service.values, default=RadiusClient.Service.NETWORK.value
        )
        parser.add_argument("--session-seconds", type=int, default=clients.DAY_OF_WORK)
        parser.add_argument("--register", metavar="NAME", help="register the application first, under this name")
        parser.add_argument(
            "--admit",
            choices=("everybody", "staff", "guests"),
            help="whom an application that is registered now lets in; staff where its key is vpn, guests too where it is wifi, else everybody",
        )
        parser.add_argument(
            "--second-factor",
            action=BooleanOptionalAction,
            help="an application that is registered now asks for a code behind the password; so it does where its key is vpn",
        )
        parser.add_argument("--owner", default="信息中心", help="the owner of an application that is registered now")
        parser.add_argument(
            "--into", type=Path, help="write the files into this folder; what is there and holds no key is kept"
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        by = Actor(account_id=None, name=f"console:{getuser()}")
        folder: Path | None = options["into"]
        if folder is not None and not folder.is_dir():
            raise CommandError(f"{folder} is no folder")
        application = self.application(by, options)
        key = clients.issue_key(
            by=by, application=application, session_seconds=options["session_seconds"], service=options["service"]
        )
        for path, text in files_for(application, service=options["service"], key=key).items():
            if folder is None:
                self.stdout.write(f"==> {path}\n{text}")
            elif key not in text and (folder / path).exists():
                self.stdout.write(f"kept {folder / path}")
            else:
                self.stdout.write(f"wrote {written(folder / path, text)}")

    def application(self, by: Actor, options: dict[str, Any]) -> Application:
        key, name = options["application"], options["register"]
        application = Application.objects.filter(key=key).first()
        if application is None and name:
            return self.registered(by, key, name, options)
        if application is None:
            raise CommandError(f"no application {key}; --register NAME registers it")
        return application

    def registered(self, by: Actor, key: str, name: str, options: dict[str, Any]) -> Application:
        """The manual gives the VPN to staff alone (A156), with a second factor (A162): it stands from the first moment, and may be changed on the page."""
        wanted = options["second_factor"]
        demands = key == VPN if wanted is None else wanted
        made = register_application(
            by=by, key=key, name=name, owner=options["owner"], attributes=[], demands_second_factor=demands
        )
        admitted = options["admit"] or ADMITTED.get(key, "everybody")
        if admitted == "guests":
            rules.admit_guests(by=by, application=made)
        if admitted == "staff":
            rules.add_rule(
                by=by, application=made, effect="allow", affiliation_kind="staff", reason=gettext_noop("仅限教职工")
            )
        return made


def written(path: Path, text: str) -> Path:
    """Readable for its owner alone before the key is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
    return path
