"""`nanhu network_read_old_system NAME`: sessions of a vendor's system that stays in place."""

import time
from argparse import ArgumentParser
from datetime import datetime, timedelta
from getpass import getuser
from pathlib import Path
from typing import Any, Final

import psycopg
import pymysql
from django.core.management.base import BaseCommand, CommandError

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now, on_campus
from nanhu.kernel.errors import CampusError
from nanhu.services.network import jobs, old_systems
from nanhu.services.network.models import Nas

OVERLAP: Final = timedelta(minutes=10)


class Command(BaseCommand):
    help = "Read sessions from the radacct of an older FreeRADIUS, or from a list that srun or SAM exported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="of the 接入设备 of type 旧认证系统")
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument(
            "--database", type=Path, help="a file with postgresql://… or mysql://user:password@host/database"
        )
        source.add_argument("--list", type=Path, help="an export, xlsx or csv")
        parser.add_argument(
            "--since", type=datetime.fromisoformat, help="rows that changed since; without it the last ten minutes"
        )
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on reading")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        nas = Nas.objects.filter(name=options["name"], kind=Nas.Kind.VENDOR, withdrawn_at=None).first()
        if nas is None:
            raise CommandError(f"no 旧认证系统 is registered as {options['name']}")
        try:
            if options["list"] is not None:
                rows = old_systems.rows_in_list(options["list"].read_bytes())
                self.report(nas, old_systems.take(nas, rows))
                jobs.sum_since(
                    min((on_campus(row["acctstarttime"]) for row in rows), default=now()), nas.applications[:1]
                )
                return
            self.follow(nas, options["database"].read_text("utf-8").strip(), options["since"], options["every"])
        except (CampusError, OSError, psycopg.Error, pymysql.Error) as error:
            raise CommandError(str(error)) from error

    def follow(self, nas: Nas, address: str, since: datetime | None, every: int | None) -> None:
        begun = now()
        first = on_campus(since) if since else begun - OVERLAP
        self.report(nas, old_systems.take(nas, old_systems.rows_in_database(address, first)))
        if since:
            jobs.sum_since(first, nas.applications[:1])
        while every:
            time.sleep(every)
            first, begun = begun - OVERLAP, now()
            old_systems.take(nas, old_systems.rows_in_database(address, first))

    def report(self, nas: Nas, count: int) -> None:
        by = Actor(account_id=None, name=f"console:{getuser()}")
        audit.record(
            by=by, action="network.read_old_system", target=f"network-nas:{nas.public_id}", facts={"lines": count}
        )
        self.stdout.write(f"{count} rows")
