"""`nanhu ledger check|partitions|trial`."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from nanhu.platforms.ledger.queries import check_ledger, trial_balance
from nanhu.platforms.ledger.services.partitions import add_months_ahead, months, rows_outside_months


class Command(BaseCommand):
    help = "Checks the ledger, prints its trial balance, or makes the partitions of coming months."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["check", "trial", "partitions"])

    def handle(self, *_arguments: Any, action: str, **_options: Any) -> None:
        {"check": self.check_ledger, "trial": self.trial, "partitions": self.partitions}[action]()

    def check_ledger(self) -> None:
        findings = check_ledger(limit=1000)
        for one in findings:
            self.stdout.write(f"{one.what} account={one.account_id} kept={one.kept_fen} summed={one.summed_fen}")
        self.stdout.write(f"ledger: {len(findings)} differences, trial balance {trial_balance().difference_fen} fen")
        if findings or trial_balance().difference_fen:
            sys.exit(1)

    def trial(self) -> None:
        trial = trial_balance()
        for row in trial.rows:
            self.stdout.write(
                f"{row.kind:<10} accounts={row.accounts:<8} debit={row.debit_fen} credit={row.credit_fen}"
            )
        self.stdout.write(f"difference {trial.difference_fen} fen")

    def partitions(self) -> None:
        added = add_months_ahead()
        for month in months():
            self.stdout.write(f"{month.name} rows≈{month.rows}")
        self.stdout.write(f"added {added}, rows outside any month {rows_outside_months()}")
