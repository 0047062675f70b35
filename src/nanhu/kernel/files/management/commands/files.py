"""`nanhu files list|hold|release`: holdings of a document, and the legal hold that keeps them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.kernel.files import services
from nanhu.kernel.files.models import StoredFile

BY = Actor.system("nanhu files")


class Command(BaseCommand):
    help = "List kept files; hold them for a law suit, and release them."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listed = actions.add_parser(
            "list", help="what is kept of a target (as the audit names it), or all that is held"
        )
        listed.add_argument("--target", default="")
        for name in ("hold", "release"):
            one = actions.add_parser(name, help=f"{name} a file")
            one.add_argument("file", help="its id, as `list` gives it")
            one.add_argument("--reason", required=True)

    def handle(self, *_: object, action: str, **options: Any) -> None:
        if action == "list":
            self.list(options["target"])
            return
        try:
            getattr(services, action)(by=BY, file=found(options["file"]), reason=options["reason"])
        except CampusError as refused:
            raise CommandError(str(refused)) from refused

    def list(self, target: str) -> None:
        rows = StoredFile.objects.filter(target=target) if target else StoredFile.objects.exclude(held_at=None)
        for file in rows.order_by("id"):
            self.stdout.write(f"{file.public_id}  {file.sha256}  {file.size}  {file.name}  {file.why_held}".rstrip())


def found(public_id: str) -> StoredFile:
    try:
        return StoredFile.objects.get(public_id=public_id)
    except (StoredFile.DoesNotExist, ValidationError) as unknown:
        raise CommandError(f"no file {public_id}") from unknown
