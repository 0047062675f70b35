"""`nanhu database roles|grant`: the roles of web, worker and gateway and what they may do."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from nanhu.kernel.database.roles import apply_grants, declared_grants, role_of
from nanhu.kernel.database.values import all_rows

ROLE = "CREATE ROLE {role} LOGIN PASSWORD '...'; GRANT pg_read_all_stats TO {role};"


class Command(BaseCommand):
    help = "Shows the database roles of the processes, or gives them anew exactly what is declared."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser(
            "roles", help="which roles exist; for those that do not, what a database administrator types"
        )
        actions.add_parser("grant", help="give each role what is declared; every migration does it by itself")

    def handle(self, *_arguments: Any, action: str, **_options: Any) -> None:
        getattr(self, f"run_{action}")()

    def run_roles(self) -> None:
        present = {row[0] for row in all_rows("SELECT rolname FROM pg_roles")}
        for process in declared_grants().processes:
            role = role_of(process)
            self.stdout.write(f"{role}: exists" if role in present else ROLE.format(role=role))

    def run_grant(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            roles = apply_grants(cursor, declared_grants())
        self.stdout.write(f"granted: {', '.join(roles) or 'no role of a process exists'}")
