"""`nanhu audit seal|verify|root|export|archive|verifier`: the seals of the audit log."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nanhu.kernel.actors import Actor
from nanhu.kernel.audit.archive import VERIFIER, archive, export_lines
from nanhu.kernel.audit.sealing import seal
from nanhu.kernel.audit.verification import verify
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import CampusError
from nanhu.kernel.models import AuditBlock
from nanhu.kernel.sealing.saying import add_verify_arguments, verify_and_say

BY = Actor.system("nanhu audit")


class Command(BaseCommand):
    help = "Seal, verify, export and archive the audit log."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("seal", help="close finished rows into blocks now")
        check = actions.add_parser("verify", help="compute every block anew; exit code 1 when something was touched")
        add_verify_arguments(check)
        actions.add_parser("root", help="the last seal, to be printed or kept elsewhere")
        export = actions.add_parser("export", help="JSON Lines with seals, to a file or standard output")
        export.add_argument("--from", dest="from_number", type=int, default=1)
        export.add_argument("--until", dest="until_number", type=int, default=2**62)
        export.add_argument("--out", default="-")
        old = actions.add_parser("archive", help="take blocks older than NANHU_AUDIT_DAYS out into a file")
        old.add_argument("--folder", default="", help="where to; default: audit-archive in the data folder")
        actions.add_parser("verifier", help="print the program that checks an export with Python alone")

    def handle(self, *_: object, action: str, **options: Any) -> None:
        try:
            getattr(self, action)(options)
        except CampusError as problem:
            raise CommandError(str(problem)) from problem

    def seal(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"{seal()} blocks")

    def verify(self, options: dict[str, Any]) -> None:
        verify_and_say(self, verify, options, chain="audit")

    def root(self, _options: dict[str, Any]) -> None:
        last = AuditBlock.objects.order_by("-number").first()
        self.stdout.write(f"{last.number}:{last.seal}  {last.sealed_at:%Y-%m-%d %H:%M}Z" if last else "no block yet")

    def export(self, options: dict[str, Any]) -> None:
        blocks = AuditBlock.objects.filter(
            number__range=(options["from_number"], options["until_number"]), removed_at=None
        ).order_by("number")
        if options["out"] == "-":
            for line in export_lines(blocks):
                self.stdout.write(line)
            return
        with Path(options["out"]).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in export_lines(blocks))

    def archive(self, options: dict[str, Any]) -> None:
        folder = Path(options["folder"]) if options["folder"] else configuration().data_dir / "audit-archive"
        path = archive(by=BY, folder=folder)
        self.stdout.write(f"written: {path}" if path else "nothing is old enough")

    def verifier(self, _options: dict[str, Any]) -> None:
        self.stdout.write(VERIFIER.read_text("utf-8"))
