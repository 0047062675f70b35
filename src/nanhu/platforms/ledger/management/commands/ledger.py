"""`nanhu ledger check|partitions|trial|seal|verify|roots|sum|key|verifier|journal`."""

import sys
from argparse import ArgumentParser
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.sealing.saying import add_verify_arguments, verify_and_say
from nanhu.kernel.whole_files import beside
from nanhu.platforms.ledger.journal import journal
from nanhu.platforms.ledger.models import DayRoot
from nanhu.platforms.ledger.queries import check_ledger, trial_balance
from nanhu.platforms.ledger.services.day_sums import check_days, sum_days
from nanhu.platforms.ledger.services.partitions import add_months_ahead, months, rows_outside_months
from nanhu.platforms.ledger.services.sealing import seal
from nanhu.platforms.ledger.services.signing import STATEMENT_VERIFIER, current_key
from nanhu.platforms.ledger.services.verification import verify
from nanhu.platforms.ledger.trial import trial_at


class Command(BaseCommand):
    help = "Checks the ledger and its seals, prints its trial balance and daily roots, or makes the partitions of coming months."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser(
            "check", help="balances = sums of rows, debit = credit, day sums = rows; exit code 1 where not"
        )
        trial = actions.add_parser("trial", help="the trial balance by kind of account, or by group as of a moment")
        trial.add_argument("--at", default="", help="2026-11-25T12:00 on the campus's clocks; 'now' for this moment")
        actions.add_parser("partitions", help="make the months ahead, print all")
        actions.add_parser("seal", help="close finished rows into blocks now")
        actions.add_parser("sum", help="sum the days that are over")
        check = actions.add_parser(
            "verify", help="compute every block and root anew; exit code 1 when something was touched"
        )
        add_verify_arguments(check)
        actions.add_parser("key", help="the school's public key for statements, to be published")
        actions.add_parser("verifier", help="print the program that checks a statement with Python alone")
        roots = actions.add_parser("roots", help="the daily sealed roots, to be printed or kept elsewhere")
        roots.add_argument("--since", type=date.fromisoformat, default=date.min)
        roots.add_argument("--out", default="", help="also into this file")
        book = actions.add_parser(
            "journal", help="the entries of whole days as plain text, which hledger proves by itself"
        )
        book.add_argument(
            "--from", dest="first", type=date.fromisoformat, help="2026-11-01; without it the day of --to"
        )
        book.add_argument("--to", dest="last", type=date.fromisoformat, help="2026-11-30; without it yesterday")
        book.add_argument("--out", default="", help="into this file")

    def handle(self, *_arguments: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"run_{action}")(options)
        except CampusError as problem:
            raise CommandError(str(problem)) from problem

    def run_check(self, _options: dict[str, Any]) -> None:
        findings = check_ledger(limit=1000)
        for one in findings:
            self.stdout.write(f"{one.what} account={one.account_id} kept={one.kept_fen} summed={one.summed_fen}")
        days = check_days()
        for day in days:
            self.stdout.write(f"day_sum_differs {day}")
        unbalanced = trial_balance().difference_fen
        differences = len(findings) + len(days) + (unbalanced != 0)
        self.stdout.write(f"ledger: {differences} differences, trial balance {unbalanced} fen")
        if differences:
            sys.exit(1)

    def run_trial(self, options: dict[str, Any]) -> None:
        if options["at"]:
            self.trial_at(options["at"])
            return
        trial = trial_balance()
        for row in trial.rows:
            self.stdout.write(
                f"{row.kind:<10} accounts={row.accounts:<8} debit={row.debit_fen} credit={row.credit_fen}"
            )
        self.stdout.write(f"difference {trial.difference_fen} fen")

    def trial_at(self, text: str) -> None:
        moment = now() if text == "now" else datetime.fromisoformat(text).replace(tzinfo=CAMPUS_ZONE)
        rows = trial_at(moment)
        for row in rows:
            account = f":{row.account_id}" if row.account_id else ""
            self.stdout.write(f"{row.kind:<10} {row.group + account:<32} debit={row.debit_fen} credit={row.credit_fen}")
        self.stdout.write(f"difference {sum(row.net_fen for row in rows)} fen")

    def run_partitions(self, _options: dict[str, Any]) -> None:
        added = add_months_ahead()
        for month in months():
            self.stdout.write(f"{month.name} rows≈{month.rows}")
        self.stdout.write(f"added {added}, rows outside any month {rows_outside_months()}")

    def run_seal(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"{seal()} blocks")

    def run_sum(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"{sum_days()} days")

    def run_verify(self, options: dict[str, Any]) -> None:
        verify_and_say(self, verify, options, chain="ledger")

    def run_roots(self, options: dict[str, Any]) -> None:
        lines = [
            f"{day.day} blocks {day.first_number}-{day.last_number} {day.algorithm} {day.root}"
            for day in DayRoot.objects.filter(day__gte=options["since"]).order_by("day")
        ]
        for line in lines or ["no day is over yet"]:
            self.stdout.write(line)
        if options["out"]:
            Path(options["out"]).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def run_journal(self, options: dict[str, Any]) -> None:
        last = options["last"] or campus_today() - timedelta(days=1)
        found = journal(options["first"] or last, last)
        if not options["out"]:
            for line in found:
                self.stdout.write(line, ending="")
            return
        path = Path(options["out"])
        # Half of it adds up, too, and has no balances that it is held against.
        with beside(path, mode=0o644) as file:
            file.writelines(line.encode() for line in found)

    def run_key(self, _options: dict[str, Any]) -> None:
        self.stdout.write(current_key().public)

    def run_verifier(self, _options: dict[str, Any]) -> None:
        self.stdout.write(STATEMENT_VERIFIER.read_text("utf-8"))
