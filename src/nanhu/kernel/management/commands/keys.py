"""`nanhu keys status|rotate|reencrypt|reindex`: the keys of field encryption and of the blind indexes."""

import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.crypto import KeyringError, rotation
from nanhu.kernel.crypto.providers import BY_CIPHER_NUMBER
from nanhu.kernel.crypto.rotation import DEFAULT_BATCH, Outcome
from nanhu.kernel.crypto.vault import vault

BY = Actor.system("nanhu keys")


class Command(BaseCommand):
    help = "Show the encryption keys, add a new one, and carry the stored values over to it."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("status", help="the keys, and how many stored values are under which")
        rotate = actions.add_parser("rotate", help="make a new key; values are written with it from now on")
        rotate.add_argument(
            "--index", action="store_true", help="the key of the blind indexes instead; recomputes them at once"
        )
        for name, help_text in (
            ("reencrypt", "carry stored values over to the newest key"),
            ("reindex", "compute the blind indexes anew"),
        ):
            actions.add_parser(name, help=help_text).add_argument("--batch", type=int, default=DEFAULT_BATCH)

    def handle(self, *_: object, action: str, **options: Any) -> None:
        try:
            if action == "status":
                self.show_status()
            elif action == "rotate":
                self.rotate_index() if options["index"] else self.rotate()
            else:
                work = rotation.reencrypt if action == "reencrypt" else rotation.reindex
                self.carry_over(work, action=action, batch=options["batch"])
        except KeyringError as problem:
            raise CommandError(str(problem)) from problem

    def show_status(self) -> None:
        current = vault()
        primary = {current.data_key().id, current.index_key().id}
        self.stdout.write(f"provider: {current.provider.name}")
        for key in current.store.read().keys:
            state = "in use" if key.id in primary else "primary of the other provider" if key.is_primary else "retired"
            self.stdout.write(f"  key {key.id}  {key.use:<5}  {key.algorithm:<12}  {key.created}  {state}")
        for column, counted in rotation.keys_in_use().items():
            under = ", ".join(
                f"{rows} under key {key_id} ({provider.cipher_name if provider else 'unknown cipher'})"
                for (number, key_id), rows in sorted(counted.items())
                for provider in [BY_CIPHER_NUMBER.get(number)]
            )
            self.stdout.write(f"  {column}: {under or 'no values'}")

    def rotate(self) -> None:
        key = vault().rotate_data_key()
        facts = {"key": key.id, "algorithm": key.algorithm}
        audit.record(by=BY, action="kernel.rotate_data_key", target=f"key:{key.id}", facts=facts)
        self.stdout.write(f"key {key.id} ({key.algorithm}) is in use. Now run: nanhu keys reencrypt")

    def rotate_index(self) -> None:
        """Values written between the two passes by a process that had not yet seen the new key are caught by the second."""
        key = vault().rotate_index_key()
        facts = {"key": key.id, "algorithm": key.algorithm}
        audit.record(by=BY, action="kernel.rotate_index_key", target=f"key:{key.id}", facts=facts)
        for _ in range(2):
            self.carry_over(rotation.reindex, action="reindex", batch=DEFAULT_BATCH)

    def carry_over(self, work: Callable[..., list[Outcome]], *, action: str, batch: int) -> None:
        outcomes = work(batch=batch, report=self.report_progress)
        facts = {one.column: one.changed for one in outcomes}
        audit.record(by=BY, action=f"kernel.{action}", target="keys", facts=facts)
        for one in outcomes:
            self.stdout.write(f"{one.column}: {one.changed} changed, {one.left} left, {one.unreadable} unreadable")
        if any(one.unreadable for one in outcomes):
            raise CommandError("some values are unreadable: is the keyring complete? See docs/operations.md")
        if any(one.left for one in outcomes):
            raise CommandError("some rows were held by others: run the same command again")

    def report_progress(self, column: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"{column}: {done} of {total}", ending="\r")
